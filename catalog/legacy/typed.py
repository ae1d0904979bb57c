"""Stored texts as typed values of our attributes."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from catalog.catalog.errors import InvalidValue
from catalog.catalog.values import checked
from catalog.legacy.meanings import Meaning
from catalog.legacy.values import Note, Values


def typed_values(values: Values, options: Mapping[str, Collection[str]], note: Note) -> dict[str, dict[str, Any]]:
    """Every attribute value that is one here, by scope; what does not fit its attribute is noted and left out.

    `options` are the codes of the options that attributes have.
    """
    found: dict[str, dict[str, Any]] = {}
    for code in values.rows:
        meaning = values.meanings[code]
        if not meaning.kind:
            continue
        for scope, text in values.scoped(code, note).items():
            value = typed(meaning, text, options.get(code, ()), note)
            if value not in (None, "", []):
                found.setdefault(scope, {})[code] = value
    return {scope: dict(sorted(held.items())) for scope, held in sorted(found.items())}


def typed(meaning: Meaning, text: str, options: Collection[str], note: Note) -> Any:
    """A stored text as its attribute's kind of value, None when it is none."""
    try:
        value = _READ[meaning.kind](meaning, text, options, note)
        return checked(value, attribute=meaning.code, kind=meaning.kind, options=options, field="")
    except (InvalidValue, ValueError, InvalidOperation):
        note("value_refused", f"{meaning.code}: {text[:100]}")
        return None


def plain(number: str) -> str:
    """A decimal without the zeros that only fill its column."""
    value = Decimal(number)
    return f"{value.normalize():f}" if value else "0"


def _option(meaning: Meaning, text: str, options: Collection[str], note: Note) -> str | None:
    if text in options:
        return text
    note("unknown_option", f"{meaning.code} {text}")
    return None


def _options(meaning: Meaning, text: str, options: Collection[str], note: Note) -> list[str]:
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    known = [_option(meaning, part, options, note) for part in wanted]
    return [code for code in dict.fromkeys(known) if code]


def _boolean(meaning: Meaning, text: str, options: Collection[str], note: Note) -> bool:
    return {"0": False, "1": True}[text] if text in ("0", "1") else _refuse()


def _date(meaning: Meaning, text: str, options: Collection[str], note: Note) -> str:
    if text[10:].strip("T :0Z"):
        note("time_of_day_dropped", f"{meaning.code}: {text}")
    return text[:10]


def _refuse() -> bool:
    raise ValueError("not a value of its kind")


def _as_is(meaning: Meaning, text: str, options: Collection[str], note: Note) -> str:
    return text


_READ: Mapping[str, Callable[[Meaning, str, Collection[str], Note], Any]] = {
    "text": _as_is,
    "rich_text": _as_is,
    "number": lambda meaning, text, options, note: int(text),
    "decimal": lambda meaning, text, options, note: plain(text),
    "boolean": _boolean,
    "date": _date,
    "select": _option,
    "multi_select": _options,
}
