"""The form of a product's variants: a row for each that it has, and one for each combination that is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as combinations
from typing import Any
from uuid import UUID

from django import forms

from catalog.catalog.sorting import slug_of
from catalog.catalog.variants.commands import VariantEdit, combination
from catalog.pricing.models import Price
from catalog.product import scopes
from catalog.product.models import AttributeOption, Channel, Product
from chassis.money import amount_text

FIELDS = 300
"""Of variants on a page, and of combinations that are offered: Django takes a thousand, and each may be sent twice."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the grid; `name` begins the names of its fields. Of a combination that is missing `id` is None."""

    name: str
    options: tuple[str, ...]
    labels: tuple[str, ...]
    id: UUID | None
    cells: tuple[Any, ...] = ()


class VariantsForm(forms.Form):
    """`chosen`: by axis the options whose combinations shall be there; those in use when there are none.

    What was not changed since it was shown is left alone, whatever it is by now.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, product: Product, chosen: Mapping[str, Sequence[str]], page: int = 1) -> None:
        super().__init__(data, initial={"version": product.version})
        self.product, self.axes = product, tuple(product.axes)
        options = AttributeOption.objects.filter(attribute__code__in=self.axes).select_related("attribute")
        self.labels = {
            (one.attribute.code, one.code): scopes.label(one.labels, (scopes.GLOBAL,), default=one.code)
            for one in options.order_by("attribute__code", "position", "code")
        }
        self.channels = dict(Channel.objects.order_by("code").values_list("code", "currency"))
        family = list(Product.objects.filter(parent=product).order_by("position", "sku_key"))
        self.offered = self._offered()
        self.chosen = self._chosen(chosen, family)
        size = max(FIELDS // (2 + len(self.channels)), 1)
        self.pages, self.page = range(1, -(-len(family) // size) + 1), page
        here = family[(page - 1) * size : page * size]
        prices = _base_prices(here)
        self.rows = [self._known(row, prices.get(row.id, {})) for row in here]
        self.missing = self._combinations(family)
        self.rows += [self._missing(options) for options in self.missing[:size]]
        self.too_many = len(self.missing) > size

    def edits(self) -> tuple[VariantEdit, ...]:
        """What of the rows that there are was changed, and the new ones that shall be made."""
        return tuple(self._edit(row) for row in self.rows if self._is_meant(row))

    def clean(self) -> None:
        for row in self.rows:
            if row.id is None and self.cleaned_data.get(f"{row.name}-make") and not self._value(row, "sku"):
                self.add_error(f"{row.name}-sku", "A new variant needs a SKU.")

    def shown(self) -> list[Row]:
        """The rows with their fields as they are drawn."""
        names = ("sku", *(f"price-{channel}" for channel in self.channels), "sold")
        return [
            Row(
                **{name: getattr(row, name) for name in ("name", "options", "labels", "id")},
                cells=tuple(self[f"{row.name}-{name}"] for name in (*names, *(["make"] if row.id is None else []))),
            )
            for row in self.rows
        ]

    def choices(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Per axis the code and label of its options, and whether combinations with it are shown."""
        return [
            (axis, [(code, label, code in self.chosen[axis]) for code, label in options])
            for axis, options in self.offered
        ]

    def _is_meant(self, row: Row) -> bool:
        if row.id is None:
            return bool(self.cleaned_data[f"{row.name}-make"])
        return any(name.startswith(f"{row.name}-") for name in self.changed_data)

    def _edit(self, row: Row) -> VariantEdit:
        changed = [c for c in self.channels if row.id is None or f"{row.name}-price-{c}" in self.changed_data]
        prices = {channel: self._value(row, f"price-{channel}") for channel in changed}
        return VariantEdit(
            id=row.id,
            sku=self._value(row, "sku"),
            options=dict(zip(self.axes, row.options, strict=True)),
            prices={channel: amount for channel, amount in prices.items() if amount is not None},
            sold=self._value(row, "sold"),
        )

    def _value(self, row: Row, name: str) -> Any:
        return self.cleaned_data.get(f"{row.name}-{name}")

    def _offered(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (axis, [(code, label) for (of, code), label in self.labels.items() if of == axis]) for axis in self.axes
        ]

    def _chosen(self, chosen: Mapping[str, Sequence[str]], family: Iterable[Product]) -> dict[str, list[str]]:
        used = [combination(row, self.axes) for row in family]
        found = {}
        for place, (axis, options) in enumerate(self.offered):
            wanted = chosen.get(axis) or [one[place] for one in used]
            found[axis] = [code for code, _ in options if code in wanted]
        return found

    def _combinations(self, family: Iterable[Product]) -> list[tuple[str, ...]]:
        there = {combination(row, self.axes) for row in family}
        found = []
        for options in combinations(*(self.chosen[axis] for axis in self.axes)):
            if options not in there:
                found.append(options)
            if len(found) > FIELDS:
                break
        return found

    def _known(self, row: Product, prices: Mapping[str, Decimal]) -> Row:
        line = self._line(str(row.id), combination(row, self.axes), id_=row.id)
        self._fields(line, sku=row.sku, prices=prices, sold=bool(row.channels))
        return line

    def _missing(self, options: tuple[str, ...]) -> Row:
        line = self._line("new-" + "/".join(options), options)
        sku = "-".join([self.product.sku, *(slug_of(code) or code for code in options)])
        self._fields(line, sku=sku, prices={}, sold=bool(self.product.channels))
        self.fields[f"{line.name}-make"] = forms.BooleanField(required=False)
        return line

    def _line(self, name: str, options: tuple[str, ...], *, id_: UUID | None = None) -> Row:
        pairs = zip(self.axes, options, strict=True)
        return Row(name=name, options=options, labels=tuple(self.labels.get(pair, pair[1]) for pair in pairs), id=id_)

    def _fields(self, line: Row, *, sku: str, prices: Mapping[str, Decimal], sold: bool) -> None:
        known = line.id is not None
        self.fields[f"{line.name}-sku"] = forms.CharField(
            max_length=255, initial=sku, required=known, show_hidden_initial=known
        )
        for channel in self.channels:
            self.fields[f"{line.name}-price-{channel}"] = forms.DecimalField(
                required=channel in prices,
                initial=prices.get(channel),
                min_value=Decimal(0),
                max_digits=20,
                decimal_places=6,
                show_hidden_initial=known,
            )
        self.fields[f"{line.name}-sold"] = forms.BooleanField(
            required=False, initial=sold, disabled=not self.product.channels, show_hidden_initial=known
        )


def _base_prices(family: Sequence[Product]) -> dict[UUID, dict[str, Decimal]]:
    found: dict[UUID, dict[str, Decimal]] = {}
    for row in Price.objects.filter(product__in=[one.id for one in family], kind=Price.BASE):
        shown = Decimal(amount_text(row.amount or Decimal(0), row.currency))
        found.setdefault(row.product_id, {})[row.channel] = shown
    return found
