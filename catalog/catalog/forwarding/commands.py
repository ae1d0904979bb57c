"""Keeping addresses of an older shop."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.catalog.forwarding.models import Forwarding
from chassis.unit_of_work import unit_of_work


@dataclass(frozen=True, kw_only=True)
class Forward:
    """An old path of a view and where it leads; see the model."""

    id: UUID
    view: str
    path: str
    kind: str
    target: UUID | None = None
    to: str = ""
    permanent: bool = True


def forward(commands: Sequence[Forward], *, gone: Collection[UUID] = ()) -> None:
    """Make or change forwardings by their ids, and remove those that are gone. The later of two of one path counts."""
    with unit_of_work("catalog"):
        Forwarding.objects.filter(id__in=list(gone)).delete()
        latest = {(command.view, command.path): command for command in commands}
        ids = [command.id for command in commands]
        # Two that exchange their paths would be in each other's way.
        Forwarding.objects.filter(id__in=ids).delete()
        same_path = Forwarding.objects.filter(
            view__in={view for view, _ in latest}, path__in={path for _, path in latest}
        )
        Forwarding.objects.filter(id__in=[row.id for row in same_path if (row.view, row.path) in latest]).delete()
        Forwarding.objects.bulk_create(
            [
                Forwarding(
                    id=c.id, view=c.view, path=c.path, kind=c.kind, target=c.target, to=c.to, permanent=c.permanent
                )
                for c in latest.values()
            ]
        )  # fmt: skip
