"""Pages and blocks: those of one identifier are one here, with texts for the views that have their own.

Magento shows in a store what is made for it, else what is made for all; only what is active counts. The text is
carried as it was written: what it asks Magento to put in (`{{widget …}}`) is told of. How a page is laid out is the
storefront's.
"""

import re
from collections.abc import Iterable, Mapping

from catalog.catalog.content.models import Content
from catalog.commands import DefineContent, define_content
from catalog.legacy import made
from catalog.legacy.shops import ADMIN, Shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes
from catalog.product.scopes import GLOBAL
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows

PAGE, BLOCK = "cms_page", "cms_block"
_MOST_CODE = 100
_DIRECTIVE = re.compile(r"\{\{\s*(/?\w+)")
_LAYOUT = ("layout_update_xml", "custom_layout_update_xml", "custom_theme", "layout_update_selected")


def make_pages(source: str, owners: list[str]) -> None:
    """Define the pages that have changed; those that are gone are shown no longer."""
    _make(source, PAGE, owners)


def make_blocks(source: str, owners: list[str]) -> None:
    """Define the blocks that have changed; those that are gone are shown no longer."""
    _make(source, BLOCK, owners)


def _make(source: str, kind: str, owners: list[str]) -> None:
    shop = shop_of(source)
    rows = MIRROR.rows_of(source, kind, owners)
    numbers = {row[_key(kind)] or "" for one in rows.values() for row in one.all(kind)}
    stores = MIRROR.rows_of(source, f"{kind}_stores", numbers) if numbers else {}
    found: list[Found] = []
    commands: dict[str, DefineContent] = {}
    for owner in owners:
        notes = Notes(owner)
        if command := _command(source, shop, kind, owner, rows[owner], stores, notes):
            commands[owner] = command
        found += notes.found
    for owner in sorted(made.changed(source, kind, commands)):
        define_content(commands[owner])
    for owner in made.forget(source, kind, [owner for owner in owners if owner not in commands]):
        _close(Content.objects.filter(id=migrated_id(source, kind, owner)).first())
    MIRROR.replace_findings(source, kind, owners, found)


def _key(kind: str) -> str:
    return "page_id" if kind == PAGE else "block_id"


def _command(
    source: str, shop: Shop, kind: str, owner: str, rows: Rows, stores: Mapping[str, Rows], notes: Notes
) -> DefineContent | None:
    several = sorted(rows.all(kind), key=lambda row: int(row[_key(kind)] or 0))
    if not several:
        return None
    active = [row for row in several if row["is_active"] == "1"]
    if active and len(active) < len(several):
        notes("inactive_version", ", ".join(row[_key(kind)] or "" for row in several if row not in active))
    texts, views = _versions(shop, kind, active or several, stores, notes)
    if not texts:
        notes.whole("no_store", owner)
        return None
    if kind == PAGE and not any(text.get("title") for text in texts.values()):
        notes("no_title", owner)
        texts = {scope: {**text, "title": owner} for scope, text in texts.items()}
    code = f"page-{owner}" if kind == PAGE else owner
    if len(code) > _MOST_CODE:
        notes("code_shortened", owner)
    slug = owner.strip("/").replace("/", "-")
    return DefineContent(
        id=migrated_id(source, kind, owner),
        code=code[:_MOST_CODE],
        kind=Content.PAGE if kind == PAGE else Content.BLOCK,
        texts=dict(sorted(texts.items())),
        slugs={store.code: slug for store in shop.stores.values()} if kind == PAGE else {},
        views=() if GLOBAL in texts else tuple(sorted(views)),
        active=bool(active),
        position=int((active or several)[0].get("sort_order") or 0),
        external_id={source: owner},
    )


def _versions(
    shop: Shop, kind: str, rows: Iterable[Row], stores: Mapping[str, Rows], notes: Notes
) -> tuple[dict[str, dict[str, str]], set[str]]:
    """Texts by scope, and the views that have a version of their own."""
    texts: dict[str, dict[str, str]] = {}
    views: set[str] = set()
    for row in rows:
        _note_the_rest(row, notes)
        for store in _stores(kind, row, stores):
            if store == ADMIN:
                texts[GLOBAL] = _texts(row)
            elif store in shop.stores:
                views.add(shop.stores[store].code)
                texts[shop.stores[store].scope] = _texts(row)
    if GLOBAL in texts and len(texts) > 1:
        _note_shining_through(texts, notes)
    return texts, views


def _stores(kind: str, row: Row, stores: Mapping[str, Rows]) -> list[int]:
    own = stores.get(row[_key(kind)] or "", Rows()).all(f"{kind}_store")
    return sorted(int(one["store_id"] or 0) for one in own)


def _texts(row: Row) -> dict[str, str]:
    said = {"title": row["title"], "body": row["content"], "meta_title": row.get("meta_title"),
            "meta_description": row.get("meta_description")}  # fmt: skip
    return {name: text for name, text in said.items() if text}


def _note_shining_through(texts: Mapping[str, Mapping[str, str]], notes: Notes) -> None:
    """Where a view's version says nothing, that of all views is shown; in Magento nothing is."""
    for scope, own in texts.items():
        if scope != GLOBAL and (missing := texts[GLOBAL].keys() - own.keys()):
            notes("blank_in_view", f"{', '.join(sorted(missing))} in {scope.partition(':')[2]}")


def _note_the_rest(row: Row, notes: Notes) -> None:
    id_ = row.get("page_id") or row.get("block_id")
    if asked := sorted(set(_DIRECTIVE.findall(row["content"] or ""))):
        notes("directives_in_text", f"{id_}: {', '.join(asked)}")
    heading = row.get("content_heading")
    if heading and heading != row["title"]:
        notes("heading_not_carried", f"{id_}: {heading}")
    if row.get("meta_keywords"):
        notes("keywords_not_carried", f"{id_}: {row['meta_keywords']}")
    if laid := [name for name in _LAYOUT if row.get(name)]:
        notes("layout_not_carried", f"{id_}: {', '.join(laid)}")


def _close(row: Content | None) -> None:
    if row is not None:
        define_content(
            DefineContent(
                id=row.id, code=row.code, kind=row.kind, texts=row.texts, views=tuple(row.views), active=False,
                in_menu=row.in_menu, position=row.position, external_id=row.external_id,
            )
        )  # fmt: skip


def identifiers_of(source: str, pages: Iterable[str]) -> dict[str, str]:
    """Identifiers of pages by Magento's number."""
    touching = MIRROR.touching(source, f"{PAGE}_stores", set(pages))
    return {
        number: row["identifier"] or "" for number, rows in touching.items() for table, row in rows if table == PAGE
    }
