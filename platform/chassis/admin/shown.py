"""How values read in the admin: amounts, quantities, states, addresses, and links between related things.

A link names a page by its label and model. Where this process does not serve that domain's admin it is plain text, so
that a domain reads the same alone and in the whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from chassis.money import Money

NOTHING = "-"


def amount(value: Decimal | None, currency: str) -> str:
    """An amount at its currency's exponent: 1,239.50 EUR."""
    return NOTHING if value is None else f"{Money(value, currency).quantized().amount:,f} {currency}"


def quantity(value: Decimal | None) -> str:
    """A quantity without needless zeros: 2, 0.5."""
    return NOTHING if value is None else f"{value.normalize():f}"


def words(code: str) -> str:
    """A code as words: partly_sent is "partly sent"."""
    return code.replace("_", " ")


def masked_email(address: str | None) -> str:
    """An e-mail address as lists show it: a•••@example.org."""
    name, _, host = (address or "").rpartition("@")
    return f"{name[:1]}•••@{host}" if host else NOTHING


def postal(address: Mapping[str, str] | None) -> str:
    """A postal address, a line each for what there is of it."""
    found = address or {}
    place = f"{found.get('postcode', '')} {found.get('city', '')}".strip()
    region = ", ".join(filter(None, (found.get("region"), found.get("country"))))
    parts = (found.get("name"), found.get("company"), found.get("street"), place, region, found.get("phone"))
    return lines(filter(None, parts))


def lines(texts: Iterable[str]) -> str:
    """Texts below each other."""
    return format_html_join("", "<div>{}</div>", ((text,) for text in texts)) or NOTHING


def facts(values: Mapping[str, Any] | None) -> str:
    """A small mapping, one "name: value" per line; nested values as they are written in JSON."""
    return lines(f"{words(str(name))}: {value}" for name, value in (values or {}).items())


def scoped(texts: Mapping[str, Any] | None) -> str:
    """Texts or values by scope ("" is everywhere, "view:de" one view), a line for each."""
    rows = [
        (scope or "everywhere", words(name), ", ".join(map(str, value)) if isinstance(value, list) else value)
        for scope, values in sorted((texts or {}).items())
        for name, value in (values.items() if isinstance(values, Mapping) else [("", values)])
    ]
    return table(("scope", "", ""), rows)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows under their headings."""
    cell = SafeString('<{0} class="px-3 py-1 text-left {2}">{1}</{0}>')
    head = format_html_join("", cell, (("th", text, "font-semibold") for text in headings))
    body = [format_html_join("", cell, (("td", value, "") for value in row)) for row in rows]
    if not body:
        return NOTHING
    return format_html("<table><tr>{}</tr>{}</table>", head, format_html_join("", "<tr>{}</tr>", ((r,) for r in body)))


def link(label: str, model: str, pk: object, text: object = "") -> str:
    """A link to an aggregate's page, or its text where that page is not served here."""
    shown = str(text or pk)
    try:
        address = reverse(f"admin:{label}_{model}_change", args=[pk])
    except NoReverseMatch:
        return shown
    return format_html('<a href="{}" class="text-primary-700 underline dark:text-primary-400">{}</a>', address, shown)


def actor(who: str) -> str:
    """Who did it, as history keeps it ("staff:<id>", empty for the system), with a link where there is a page."""
    from chassis.admin.staff_site import site

    kind, _, pk = who.partition(":")
    page = site.actors.get(kind)
    return link(*page, pk, f"{kind} {pk[:8]}…") if page else who or "system"


def listing(label: str, model: str, text: str, **filters: object) -> str:
    """A link to the list of a model, filtered."""
    try:
        address = f"{reverse(f'admin:{label}_{model}_changelist')}?{urlencode(filters)}"
    except NoReverseMatch:
        return text
    return format_html('<a href="{}" class="text-primary-700 underline dark:text-primary-400">{}</a>', address, text)


def state(field: str, *, description: str = "", **kinds: Sequence[str]) -> Callable[[Any, Any], str]:
    """A column with a state as a coloured label; `kinds` are success, info, warning and danger with their states."""
    colours = {words(code): kind for kind, codes in kinds.items() for code in codes}

    @display(description=description or words(field), ordering=field, label=colours or True)  # type: ignore[untyped-decorator]
    def shown(self: Any, row: Any) -> str:
        return words(str(getattr(row, field)))

    return shown  # type: ignore[no-any-return]


def one_of(
    field: str, values: Iterable[str] | Callable[[], Iterable[str]], *, title: str = ""
) -> type[admin.SimpleListFilter]:
    """A list filter by the values a column can have. Django's own would ask the whole table which there are."""

    class OneOf(admin.SimpleListFilter):
        parameter_name = field

        def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, words(value)) for value in (values() if callable(values) else values)]

        def queryset(self, request: Any, queryset: Any) -> Any:
            return queryset if self.value() is None else queryset.filter(**{field: self.value()})

    OneOf.title = title or words(field)
    return OneOf
