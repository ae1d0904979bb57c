"""Deciding a flag."""

from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from chassis.unit_of_work import unit_of_work
from strangler.changes import ALIAS
from strangler.parity import blocks_advancing
from strangler.routing.errors import NotProven, UnknownFlag
from strangler.routing.flags import CATALOGUE, OURS, READS
from strangler.routing.models import Flag, default_values


@dataclass(frozen=True, kw_only=True)
class TurnFlag:
    """Who answers or writes from now on; `anyway`: although parity says why not."""

    name: str
    mode: str
    percentage: int = 100
    anyway: bool = False


def turn_flag(command: TurnFlag) -> None:
    """Decide a flag. Raises UnknownFlag, IllegalMode, BadPercentage; NotProven where parity speaks against it.

    Every web process has heard of it within two seconds.
    """
    known = CATALOGUE.get(command.name)
    if known is None:
        raise UnknownFlag(f"{command.name} is none.")
    with unit_of_work("strangler"):
        flag = _locked(command.name)
        advances = known.kind == READS and command.mode == OURS
        unproven = advances and flag.mode != OURS and not command.anyway
        if unproven and (reasons := blocks_advancing(settings.MAGENTO_NAME, domains=[known.domain])):
            raise NotProven(" ".join(reasons[:3]))
        flag.turn(command.mode, percentage=command.percentage)
        flag.save(using=ALIAS)


def _locked(name: str) -> Flag:
    put_all()
    return Flag.objects.using(ALIAS).select_for_update().get(name=name)


def put_all() -> None:
    """Have a row for every flag there is; one that is there stays as it is."""
    rows = [(name, *default_values(name).values()) for name in CATALOGUE]
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {Flag._meta.db_table} (name, mode, percentage, version)
                SELECT *, 0 FROM unnest(%s::text[], %s::text[], %s::smallint[]) ON CONFLICT DO NOTHING""",
            [list(column) for column in zip(*rows, strict=True)],
        )
