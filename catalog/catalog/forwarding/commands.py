"""Keeping addresses of an older shop."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.checking import all_known
from catalog.catalog.errors import InvalidForwarding, SlugTaken, UnknownReference
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.forwarding.naming import target_of
from catalog.catalog.forwarding.queries import cleaned
from catalog.product.models import Slug, View
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work

LONGEST = 2000


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


@dataclass(frozen=True, kw_only=True)
class LeadOn:
    """An old path of a view and where it shall lead: to what has a SKU or code by `kind`, or `on` to another address.

    `id`: of the forwarding to change, if it is not a new one.
    """

    view: str
    path: str
    kind: str
    to: str
    permanent: bool = True
    id: UUID | None = None


def lead_on(command: LeadOn) -> UUID:
    """Make or change a forwarding. UnknownReference, InvalidForwarding."""
    path, to = cleaned(command.path), command.to.strip()
    if not 0 < len(path) < LONGEST or not 0 < len(to) < LONGEST or "\0" in path + to:
        raise InvalidForwarding(f"Both addresses have 1 to {LONGEST} characters.", field="/path")
    with unit_of_work("catalog"):
        all_known([command.view], View.objects.values_list("code", flat=True), "view")
        target = None if command.kind == Forwarding.ON else target_of(command.kind, to)
        if target is None and ("://" in to) > to.startswith(("http://", "https://")):
            raise InvalidForwarding("An address elsewhere begins with https:// or http://.", field="/to")
        if target is None and cleaned(to) == path:
            raise InvalidForwarding("It would lead to itself.", field="/to")
        id_ = command.id or new_id()
        taken = Forwarding.objects.filter(view=command.view, path=path).exclude(id=id_)
        if taken.exists():
            raise InvalidForwarding(f"{path} leads on already.", field="/path")
        on = {"to": to} if target is None else {"target": target}
        forward(
            [Forward(id=id_, view=command.view, path=path, kind=command.kind, permanent=command.permanent, **on)]  # type: ignore[arg-type]
        )
    return id_


@dataclass(frozen=True, kw_only=True)
class FormerAddress:
    """An address under products/, categories/ or content/pages/ of a view that shall lead to what has it no longer."""

    view: str
    kind: str
    slug: str
    to: str


def add_former_address(command: FormerAddress) -> int:
    """Have an address lead to the present one of what has this SKU or code. UnknownReference, SlugTaken."""
    slug = command.slug.strip("/ ")
    if not 0 < len(slug) < LONGEST or "\0" in slug or "/" in slug:
        raise InvalidForwarding("An address is text without slashes.", field="/slug")
    with unit_of_work("catalog"):
        all_known([command.view], View.objects.values_list("code", flat=True), "view")
        target = target_of(command.kind, command.to)
        slugs.one_at_a_time()
        if Slug.objects.filter(view=command.view, kind=command.kind, slug=slug).exists():
            raise SlugTaken(f"{slug} is taken in {command.view}.", field="/slug")
        row = Slug.objects.create(view=command.view, kind=command.kind, slug=slug, target=target, current=False)
    return row.id


def forget_former_addresses(ids: Collection[int]) -> None:
    """Have former addresses lead nowhere. UnknownReference for one that is in use."""
    with unit_of_work("catalog"):
        rows = list(Slug.objects.select_for_update().filter(id__in=ids).order_by("id"))
        if any(row.current for row in rows):
            raise UnknownReference("Only a former address can be given up; the present one follows the thing it names.")
        Slug.objects.filter(id__in=[row.id for row in rows]).delete()


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
