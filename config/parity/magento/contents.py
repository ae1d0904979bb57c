"""Pages and blocks as each store shows them, and the addresses that Magento answers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from chassis.ids import migrated_id
from config.parity.facts import RECORD, Fact, fact
from config.parity.magento.shop import ADMIN, Store
from config.parity.sides import Sides

KINDS = {"page": ("cms_page", "page_id"), "block": ("cms_block", "block_id")}
TEXTS = {"title": "title", "body": "content", "meta_title": "meta_title", "meta_description": "meta_description"}
TARGETS = {"product": "product", "category": "category", "cms-page": "content"}
_NAMED = (
    (re.compile(r"catalog/product/view/id/(\d+)"), "product"),
    (re.compile(r"catalog/category/view/id/(\d+)"), "category"),
    (re.compile(r"cms/page/view/page_id/(\d+)"), "cms-page"),
)
Row = dict[str, Any]


def content_keys(sides: Sides) -> Iterator[str]:
    """Pages and blocks by kind and identifier: those of one identifier are one."""
    for kind, (table, _) in KINDS.items():
        for row in sides.there(f"SELECT DISTINCT identifier FROM {{{table}}}"):
            yield f"{kind}:{row['identifier']}"


def contents(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each store shows of them: what is made for it, else what is made for all; only what is active."""
    found = {}
    for kind, (table, id_) in KINDS.items():
        stores: dict[int, set[int]] = defaultdict(set)
        for row in sides.there(f"SELECT * FROM {{{table}_store}}"):
            stores[row[id_]].add(row["store_id"])
        several: dict[str, list[Row]] = defaultdict(list)
        for row in sides.there(f"SELECT * FROM {{{table}}} ORDER BY {id_}"):
            several[f"{kind}:{row['identifier']}"].append({**row, "stores": stores[row[id_]]})
        found |= {key: _content(sides, several[key]) for key in keys if key in several}
    return found


def _content(sides: Sides, rows: Sequence[Row]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if not any(row["stores"] & {ADMIN, *sides.shop.stores} for row in rows):
        record[RECORD] = Fact(True, {"no_store": None})
    active = [row for row in rows if row["is_active"] == 1]
    for store in sides.shop.stores.values():
        own, general = _of(active, store.id), _of(active, ADMIN)
        shown = own or general
        record[f"shown [{store.code}]"] = shown is not None
        for ours, theirs in TEXTS.items():
            said = (shown.get(theirs) or None) if shown else None
            through = (general.get(theirs) or None) if general and shown else None
            record[f"{ours} [{store.code}]"] = fact(said, {"blank_in_view": through} if said is None else {})
    return record


def _of(rows: Sequence[Row], store: int) -> Row | None:
    mine = [row for row in rows if store in row["stores"]]
    return mine[-1] if mine else None


def redirect_keys(sides: Sides) -> Iterator[str]:
    """Ids of all rewrites."""
    return (str(row["url_rewrite_id"]) for row in sides.there("SELECT url_rewrite_id FROM {url_rewrite}"))


def redirects(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What each address leads to: the thing it is about, else where it says."""
    pages = {row["page_id"]: row["identifier"] for row in sides.there("SELECT page_id, identifier FROM {cms_page}")}
    rows = sides.there("SELECT * FROM {url_rewrite} WHERE url_rewrite_id IN %s", [int(key) for key in keys])
    found = {}
    for row in rows:
        store, path = sides.shop.stores.get(row["store_id"] or 0), (row["request_path"] or "").strip("/ ")
        found[str(row["url_rewrite_id"])] = _address(sides, row, store, path, pages)
    return found


def _address(sides: Sides, row: Row, store: Store | None, path: str, pages: dict[int, str]) -> dict[str, Any]:
    kind, old = row["entity_type"], str(row["entity_id"])
    if kind not in TARGETS:
        named = ((pattern.match(row["target_path"] or ""), of) for pattern, of in _NAMED)
        kind, old = next(((of, hit[1]) for hit, of in named if hit), ("", ""))
    to = "" if kind else (row["target_path"] or "").strip()
    record: dict[str, Any] = {}
    if store is None:
        record[RECORD] = Fact(True, {"no_store": None})
    elif not path:
        record[RECORD] = Fact(True, {"no_path": None})
    elif not kind and "://" not in to and to.strip("/ ") == path:
        record[RECORD] = Fact(True, {"leads_to_itself": None})
    if kind == "cms-page":
        target = migrated_id(sides.name, "cms_page", pages.get(int(old), ""))
    else:
        target = migrated_id(sides.name, kind, old) if kind else None
    return record | {
        "view": store.code if store else None,
        "path": path,
        "leads to": TARGETS.get(kind, "on"),
        "target": str(target) if target else None,
        "address": to,
        "permanent": row["redirect_type"] != 302,
    }
