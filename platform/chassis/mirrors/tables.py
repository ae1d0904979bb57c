"""Which tables a mirror has, in which domain, and of what kinds its things are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections

from chassis import domains
from chassis.mirrors.models import MirroredRow, MirrorFinding, TouchedThing
from chassis.mirrors.shapes import Mirrored


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What every part of a mirror needs to know; see `Mirror` for what each is."""

    rows: type[MirroredRow]
    touched: type[TouchedThing]
    findings: type[MirrorFinding]
    tables: Mapping[str, Mirrored]
    job: str
    personal: bool = False

    @property
    def label(self) -> str:
        """The domain's label."""
        return self.rows._meta.app_label

    @property
    def alias(self) -> str:
        """The domain's database."""
        return domains.get(self.label).alias

    def cursor(self) -> Any:
        """A cursor of the domain's database."""
        return connections[self.alias].cursor()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of things in the order in which they are made: that of their first mention in `tables`."""
        named = (kind for table in self.tables.values() for kind, _ in (table.owner, *table.touches))
        return tuple(dict.fromkeys(named))
