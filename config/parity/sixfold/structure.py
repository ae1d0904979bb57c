"""Views, attributes with their options and category trees, as the catalogue has them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.product import scopes
from config.parity.sides import Sides
from config.parity.sixfold.products import ALIAS, View, views

CATEGORY_TEXTS = ("name", "description", "meta_title", "meta_description", "meta_keywords")


def keys_of(table: str) -> Any:
    """Reads the old ids of a table of the catalogue."""

    def keys(sides: Sides) -> Iterator[str]:
        rows = sides.here(
            ALIAS, f"SELECT external_id ->> %s FROM {table} WHERE external_id ? %s", sides.name, sides.name
        )
        return (str(key) for (key,) in rows)

    return keys


def stores(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Views with their channels."""
    ids = sides.ids("store", keys)
    names = ("code", "name", "locale", "open", "root", "website", "website name", "currency", "time zone",
             "prices include tax", "website open")  # fmt: skip
    rows = sides.here(ALIAS, _VIEWS, sides.name, list(ids))
    return {ids[id_]: dict(zip(names, facts, strict=True)) for id_, *facts in rows}


_VIEWS = """
    SELECT v.id, v.code, v.name, v.locale, v.active, r.external_id ->> %s, c.code, c.name, c.currency, c.time_zone,
           c.prices_include_tax, c.active
    FROM catalog_view v JOIN catalog_channel c ON c.id = v.channel_id LEFT JOIN catalog_category r ON r.id = v.root_id
    WHERE v.id = ANY(%s)"""


def attributes(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Attributes with their labels and options in every view."""
    ids, shown_in = sides.ids("attribute", keys), views(sides)
    options: dict[Any, list[tuple[str, Mapping[str, str]]]] = defaultdict(list)
    for attribute, code, labels in sides.here(ALIAS, _OPTIONS, list(ids)):
        options[attribute].append((code, labels))
    names = ("code", "kind", "scope", "required", "filterable", "searchable", "visible", "position")
    found = {}
    for id_, labels, *facts in sides.here(ALIAS, _ATTRIBUTES, list(ids)):
        record = dict(zip(names, facts, strict=True)) | {"options": [code for code, _ in options[id_]]}
        for view in shown_in:
            record[f"label [{view.code}]"] = scopes.label(labels, view.chain)
            record |= {f"option {code} [{view.code}]": scopes.label(of, view.chain) for code, of in options[id_]}
        found[ids[id_]] = record
    return found


_OPTIONS = """
    SELECT attribute_id, code, labels FROM catalog_attributeoption WHERE attribute_id = ANY(%s) ORDER BY position, id"""
_ATTRIBUTES = """
    SELECT id, labels, code, kind, scope, required, filterable, searchable, visible, position
    FROM catalog_attribute WHERE id = ANY(%s)"""


def categories(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Categories in every view."""
    ids, shown_in = sides.ids("category", keys), views(sides)
    slugs = {(target, view): slug for target, view, slug in sides.here(ALIAS, _SLUGS, list(ids))}
    found = {}
    for id_, parent, position, texts, active, closed in sides.here(ALIAS, _CATEGORIES, sides.name, list(ids)):
        record: dict[str, Any] = {"parent": parent, "position": position}
        for view in shown_in:
            record |= _in_view(view, texts) | {
                f"open [{view.code}]": active and view.code not in closed,
                f"address [{view.code}]": slugs.get((id_, view.code)),
            }
        found[ids[id_]] = record
    return found


def _in_view(view: View, texts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    said = scopes.resolve(texts, view.chain)
    return {f"{code} [{view.code}]": said.get(code) for code in CATEGORY_TEXTS}


_SLUGS = "SELECT target, view, slug FROM catalog_slug WHERE current AND kind = 'category' AND target = ANY(%s)"
_CATEGORIES = """
    SELECT c.id, p.external_id ->> %s, c.position, c.texts, c.active, c.inactive_in
    FROM catalog_category c LEFT JOIN catalog_category p ON p.id = c.parent_id WHERE c.id = ANY(%s)"""
