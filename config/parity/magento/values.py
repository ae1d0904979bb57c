"""Attributes and their values by store, and what Magento shows of them in a view.

A row of a store counts in that store, an empty one too; else the row of store 0 does. What an attribute's table does
not hold Magento never reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from chassis import clock
from config.parity.facts import fact
from config.parity.magento.shop import ADMIN, Shop, Store
from config.parity.sides import Sides

TABLES = ("varchar", "int", "decimal", "text", "datetime")
GLOBAL, WEBSITE, VIEW = "global", "website", "view"
_SCOPES = {0: VIEW, 1: GLOBAL, 2: WEBSITE}
_OPTIONS_ARE_ROWS = ("", "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table")
_CHOSEN = ("select", "multiselect", "swatch_visual", "swatch_text")


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute; `kind` is how its stored text reads: text, boolean, date, whole, decimal, option or options."""

    id: int
    code: str
    backend: str
    input: str
    scope: str
    kind: str
    options: frozenset[str] = frozenset()
    foreign: bool = False


@dataclass
class Values:
    """One entity's values: code -> store -> text."""

    attributes: Mapping[str, Attribute]
    rows: dict[str, dict[int, str | None]] = field(default_factory=dict)

    def default(self, code: str) -> str | None:
        """The value for all stores."""
        return self.rows.get(code, {}).get(ADMIN)

    def at(self, code: str, store: Store | None) -> str | None:
        """The value in a store; for none that of all."""
        rows = self.rows.get(code, {})
        return rows[store.id] if store and store.id in rows else rows.get(ADMIN)

    def shown(self, code: str, store: Store, shop: Shop) -> Any:
        """What Magento shows in a view, and what there is here where that cannot be said by our scopes."""
        attribute, said = self.attributes[code], self.at(code, store)
        exact = read(attribute, said, strictly=True)
        others: dict[str, str | None] = {}
        wider = self.default(code)
        if attribute.scope == GLOBAL:
            others["value_outside_scope"] = wider
        if attribute.scope == WEBSITE:
            of_site = self.at(code, shop.websites[store.website].default)
            others["views_of_a_website_differ"] = of_site
            wider = of_site if of_site else wider
        if not said:
            others["blank_in_view"] = wider
        otherwise = {_why(attribute): read(attribute, said), **{why: read(attribute, it) for why, it in others.items()}}
        if attribute.foreign:
            otherwise["attribute_not_carried"] = None
        return fact(exact, otherwise)


def read_attributes(sides: Sides, entity_type: str) -> dict[int, Attribute]:
    """All attributes of an entity type that have values in its tables, by id."""
    rows = sides.there(
        "SELECT a.*, c.is_global FROM {eav_attribute} a"
        " JOIN {eav_entity_type} t ON t.entity_type_id = a.entity_type_id"
        " LEFT JOIN {catalog_eav_attribute} c ON c.attribute_id = a.attribute_id WHERE t.entity_type_code = %s",
        entity_type,
    )
    options: dict[int, set[str]] = {}
    for row in sides.there("SELECT option_id, attribute_id FROM {eav_attribute_option}"):
        options.setdefault(row["attribute_id"], set()).add(str(row["option_id"]))
    return {
        row["attribute_id"]: _attribute(row, options.get(row["attribute_id"], set()), sides.shop)
        for row in rows
        if row["backend_type"] in TABLES
    }


def _attribute(row: dict[str, Any], options: set[str], shop: Shop) -> Attribute:
    input_, backend = row["frontend_input"] or "", row["backend_type"]
    scope = _SCOPES.get(1 if row["is_global"] is None else row["is_global"], GLOBAL)
    if input_ == "price" and backend == "decimal" and (row["backend_model"] or "").endswith("Price"):
        scope = WEBSITE if shop.prices_per_website else GLOBAL
    return Attribute(
        id=row["attribute_id"], code=row["attribute_code"], backend=backend, input=input_, scope=scope,
        kind=_kind(input_, backend, row["source_model"] or ""), options=frozenset(options),
        foreign=bool(row["backend_table"]) or input_ == "weee",
    )  # fmt: skip


def _kind(input_: str, backend: str, source_model: str) -> str:
    if input_ == "boolean" and backend == "int":
        return "boolean"
    if input_ in _CHOSEN:
        # Of options that a class makes nobody outside knows the meaning: their text is kept.
        if source_model.lstrip("\\") not in _OPTIONS_ARE_ROWS:
            return "text"
        return "options" if input_ == "multiselect" else "option"
    if backend == "datetime" and input_ == "date":
        return "date"
    return {"int": "whole", "decimal": "decimal"}.get(backend, "text")


def read_values(
    sides: Sides, table: str, attributes: Mapping[int, Attribute], ids: Mapping[int, str]
) -> dict[str, Values]:
    """Values of entities by their id, `ids` by what the value tables call them. Those without values are there too."""
    codes = {attribute.code: attribute for attribute in attributes.values()}
    found = {key: Values(attributes=codes) for key in ids.values()}
    link = sides.link
    for backend in TABLES:
        for row in sides.there(
            f"SELECT {link} AS id, attribute_id, store_id, value FROM {{{table}_{backend}}} WHERE {link} IN %s",
            list(ids),
        ):
            attribute = attributes.get(row["attribute_id"])
            if attribute and attribute.backend == backend:
                text = None if row["value"] is None else str(row["value"])
                found[ids[row["id"]]].rows.setdefault(attribute.code, {})[row["store_id"]] = text
    return found


def read(attribute: Attribute, text: str | None, *, strictly: bool = False) -> Any:
    """A stored text as a value; what is none of its kind is nothing, `strictly` it is the text."""
    if text in (None, ""):
        return None
    value = _READERS[attribute.kind](attribute, str(text), strictly)
    return text if value is None and strictly else value


def _why(attribute: Attribute) -> str:
    return {"option": "unknown_option", "options": "unknown_option", "date": "time_of_day_dropped"}.get(
        attribute.kind, "value_refused"
    )


def _options(attribute: Attribute, text: str, strictly: bool) -> list[str] | None:
    named = dict.fromkeys(part.strip() for part in text.split(",") if part.strip())
    return [part for part in named if strictly or part in attribute.options] or None


def _date(attribute: Attribute, text: str, strictly: bool) -> str:
    return text if strictly and text[10:].strip("T :0Z") else text[:10]


def _decimal(attribute: Attribute, text: str, strictly: bool) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


_READERS = {
    "text": lambda attribute, text, strictly: text,
    "boolean": lambda attribute, text, strictly: {"0": False, "1": True}.get(text),
    "whole": lambda attribute, text, strictly: int(text),
    "decimal": _decimal,
    "date": _date,
    "option": lambda attribute, text, strictly: text if strictly or text in attribute.options else None,
    "options": _options,
}


def entity_ids(sides: Sides, table: str, keys: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Rows of entities by what value tables call them: of several versions of one (staging) that which counts now."""
    rows = sides.there(f"SELECT * FROM {{{table}}} WHERE entity_id IN %s", [int(key) for key in keys])
    if sides.link == "entity_id":
        return {row["entity_id"]: row for row in rows}
    now = clock.now().timestamp()
    return {row[sides.link]: row for row in rows if int(row["created_in"]) <= now < int(row["updated_in"])}
