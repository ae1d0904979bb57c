"""Addresses that Magento answered (url_rewrite): each leads to what it led to there, wherever that is shown now.

A redirect leads to the thing that it is about, not to another old path; only one that is about nothing is followed.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from catalog.catalog.content.models import Content
from catalog.catalog.forwarding.models import Forwarding
from catalog.catalog.forwarding.queries import cleaned
from catalog.commands import Forward, forward
from catalog.legacy import made
from catalog.legacy.contents import PAGE, identifiers_of
from catalog.legacy.shops import Shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes
from catalog.product.models import Category, Product
from chassis.ids import migrated_id
from chassis.mirrors import Row

KIND, TABLE = "address", "url_rewrite"
TEMPORARY = "302"
KINDS = {"product": Forwarding.PRODUCT, "category": Forwarding.CATEGORY, "cms-page": Forwarding.CONTENT}
# Magento's own way to name a page, which a rewrite of one's own may lead to.
_NAMED = (
    (re.compile(r"catalog/product/view/id/(\d+)"), "product"),
    (re.compile(r"catalog/category/view/id/(\d+)"), "category"),
    (re.compile(r"cms/page/view/page_id/(\d+)"), "cms-page"),
)
_MODELS: tuple[tuple[str, Any], ...] = (
    (Forwarding.PRODUCT, Product), (Forwarding.CATEGORY, Category), (Forwarding.CONTENT, Content),
)  # fmt: skip
LACKING = ("leads_to_nothing",)


def make_addresses(source: str, owners: list[str]) -> None:
    """Keep the addresses that have changed, remove those that are gone."""
    shop = shop_of(source)
    rows = {
        owner: row for owner, several in MIRROR.rows_of(source, KIND, owners).items() if (row := several.one(TABLE))
    }
    ends = {owner: _end(row) for owner, row in rows.items()}
    pages = identifiers_of(source, [id_ for kind, id_ in ends.values() if kind == "cms-page"])
    notes = {owner: Notes(owner) for owner in rows}
    commands = {
        owner: command
        for owner, row in rows.items()
        if (command := _command(source, shop, owner, row, ends[owner], pages, notes[owner]))
    }
    _note_nothing(source, shop, commands, notes)
    changed = made.changed(source, KIND, commands)
    gone = made.forget(source, KIND, [owner for owner in owners if owner not in commands])
    if changed or gone:
        forward(
            [commands[owner] for owner in sorted(changed, key=int)],
            gone=[migrated_id(source, KIND, owner) for owner in gone],
        )
    MIRROR.replace_findings(source, KIND, owners, [found for one in notes.values() for found in one.found])


def _end(row: Row) -> tuple[str, str]:
    """What an address is about: kind and id, both Magento's."""
    if row["entity_type"] in KINDS:
        return row["entity_type"] or "", row["entity_id"] or ""
    for pattern, kind in _NAMED:
        if named := pattern.match(row["target_path"] or ""):
            return kind, named[1]
    return "", ""


def _command(
    source: str, shop: Shop, owner: str, row: Row, end: tuple[str, str], pages: Mapping[str, str], notes: Notes
) -> Forward | None:
    store, path = shop.stores.get(int(row["store_id"] or 0)), cleaned(row["request_path"] or "")
    if store is None:
        notes.whole("no_store", row["store_id"] or "")
        return None
    if not path:
        notes.whole("no_path", row["target_path"] or "")
        return None
    kind, old = end
    target: UUID | None = None
    if kind == "cms-page":
        target = migrated_id(source, PAGE, pages.get(old, ""))
    elif kind:
        target = migrated_id(source, kind, old)
    to = "" if kind else (row["target_path"] or "").strip()
    if not kind and "://" not in to and cleaned(to) == path:
        notes.whole("leads_to_itself", path)
        return None
    return Forward(
        id=migrated_id(source, KIND, owner),
        view=store.code,
        path=path,
        kind=KINDS.get(kind, Forwarding.ON),
        target=target,
        to=to,
        permanent=row["redirect_type"] != TEMPORARY,
    )


def _note_nothing(source: str, shop: Shop, commands: Mapping[str, Forward], notes: Mapping[str, Notes]) -> None:
    """Tell of those whose end is not here. They are kept: it may still come."""
    known: set[UUID] = set()
    for kind, model in _MODELS:
        wanted = {command.target for command in commands.values() if command.kind == kind}
        known |= set(model.objects.filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()
    paths = _paths(source, shop, commands.values())
    for owner, command in commands.items():
        if command.kind == Forwarding.ON:
            if "://" not in command.to and (command.view, cleaned(command.to)) not in paths:
                notes[owner](LACKING[0], f"{command.path} to {command.to}")
        elif command.target not in known:
            notes[owner](LACKING[0], f"{command.path}: a {command.kind} that is not here")


def _paths(source: str, shop: Shop, commands: Collection[Forward]) -> set[tuple[str, str]]:
    """Old paths that there are, of those that something leads on to."""
    on = {cleaned(command.to) for command in commands if command.kind == Forwarding.ON}
    touching = MIRROR.touching(source, "old_path", on) if on else {}
    return {
        (shop.stores[store].code, path)
        for path, rows in touching.items()
        for _, row in rows
        if (store := int(row["store_id"] or 0)) in shop.stores
    }
