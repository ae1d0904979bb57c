"""Rows of a file and the command that they stand for.

A line of JSON has the fields of `SaveProduct`, amounts and quantities as text. CSV has a column for each of sku, kind,
product_type, tax_class, weight; `channels` and `categories` separated by |; and name, short_description, description,
value.<attribute>, each also with @<scope> behind it (name@view:de), price.<channel>, slug.<view>.
"""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

import msgspec

from catalog.catalog.documents import TEXTS
from catalog.catalog.errors import InvalidRow
from catalog.catalog.inputs import SaveProduct

_FIELDS = frozenset(field.name for field in fields(SaveProduct)) - {"id", "external_id", "expected_version"}
_PLAIN = ("sku", "kind", "product_type", "tax_class", "weight")


def command_of(row: Mapping[str, Any]) -> SaveProduct:
    """The command of a row. Raises InvalidRow."""
    if not isinstance(row, dict):
        raise InvalidRow("A row is an object.")
    if unknown := sorted(row.keys() - _FIELDS):
        raise InvalidRow(f"Unknown: {', '.join(map(str, unknown))[:200]}.")
    try:
        return msgspec.convert(row, SaveProduct, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidRow(str(error)[:500]) from None


def row_of(command: SaveProduct) -> dict[str, Any]:
    """A command as a row, without what it leaves as it is."""
    plain: dict[str, Any] = msgspec.to_builtins(command, builtin_types=(Decimal,))
    return {name: value for name, value in plain.items() if name in _FIELDS and value is not None}


def unflattened(flat: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, Any]:
    """A line of CSV as a row; empty cells are left out. `kinds`: of attributes, by code."""
    row: dict[str, Any] = {}
    for column, cell in flat.items():
        if column is None or not isinstance(cell, str):
            raise InvalidRow("There are more cells than columns.")
        if not cell:
            continue
        name, _, scope = column.partition("@")
        head, _, rest = name.partition(".")
        if column in _PLAIN:
            row[column] = cell
        elif column == "channels":
            row["channels"] = cell.split("|")
        elif column == "categories":
            row["places"] = [{"category": code} for code in cell.split("|")]
        elif head == "price" and rest:
            row.setdefault("prices", []).append({"channel": rest, "amount": cell})
        elif head == "slug" and rest:
            row.setdefault("slugs", {})[rest] = cell
        elif head == "value" and rest:
            row.setdefault("values", {}).setdefault(scope, {})[rest] = value_of(cell, kinds.get(rest, ""))
        elif name in TEXTS:
            row.setdefault("texts", {}).setdefault(scope, {})[name] = cell
        else:
            raise InvalidRow(f"Unknown column {column[:100]}.")
    return row


def flattened(row: Mapping[str, Any]) -> dict[str, str]:
    """A row as a line of CSV. Raises InvalidRow for one that would come back as less.

    What a line does not name stays as it is when it is read in, so that media, files and links need no column.
    """
    beyond = [name for name in ("axes", "shown", "options", "members", "gift_card") if row.get(name)]
    if any(price["specials"] for price in row.get("prices", ())):
        beyond.append("special prices")
    if beyond:
        raise InvalidRow(f"{row['sku']} has {', '.join(beyond)}: use JSON Lines.")
    flat = {name: str(row[name]) for name in _PLAIN if row.get(name) is not None}
    flat["channels"] = "|".join(row.get("channels", ()))
    flat["categories"] = "|".join(place["category"] for place in row.get("places", ()))
    for scope, texts in row.get("texts", {}).items():
        flat |= {f"{name}@{scope}" if scope else name: text for name, text in texts.items()}
    for scope, values in row.get("values", {}).items():
        for code, value in values.items():
            text = "|".join(value) if isinstance(value, list | tuple) else str(value)
            column = f"value.{code}@{scope}" if scope else f"value.{code}"
            flat[column] = text.lower() if isinstance(value, bool) else text
    flat |= {f"price.{price['channel']}": str(price["amount"]) for price in row.get("prices", ())}
    flat |= {f"slug.{view}": slug for view, slug in row.get("slugs", {}).items()}
    return flat


def value_of(cell: str, kind: str) -> Any:
    """A value of an attribute of this kind as it is written in a cell."""
    if kind == "multi_select":
        return cell.split("|")
    if kind == "boolean":
        return {"true": True, "false": False}.get(cell.lower(), cell)
    return int(cell) if kind == "number" and cell.lstrip("-").isdigit() else cell
