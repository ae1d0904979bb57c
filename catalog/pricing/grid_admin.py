"""All entered prices as a grid: narrowed by list, channel, group and tier, edited in place, raised by percent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.forms.models import BaseModelFormSet
from django.http import HttpRequest

from catalog.pricing.admin import channels
from catalog.pricing.amounts import EditPrice, edit_prices, lock_pages_of, shift_prices
from catalog.pricing.errors import PriceMoved
from catalog.pricing.lists import clear_list_prices, known_groups
from catalog.pricing.models import Price, PriceList
from chassis.admin import Defined, Transition, shown

EDITED = ("amount", "percent")


class PercentForm(forms.Form):
    """By how much."""

    percent = forms.DecimalField(
        max_digits=7,
        decimal_places=4,
        help_text="10 raises by a tenth, -10 lowers by a tenth; rounded as the currency is paid.",
    )


def _shift(price: Price, data: Mapping[str, Any]) -> None:
    shift_prices([price.id], data["percent"])


def _take_out(price: Price, _: Mapping[str, Any]) -> None:
    assert price.price_list is not None
    clear_list_prices(price.price_list.code, [price.product.sku])


def _lock(pk: Any) -> None:
    lock_pages_of([pk])


class ShortDecimal(forms.DecimalField):
    """A number without the zeros that the database keeps behind it."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class TierFilter(admin.SimpleListFilter):
    """Prices from one piece on, and those from more."""

    title, parameter_name = "quantity", "from"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "from the first piece"), ("more", "from more on")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "more":
            return queryset.filter(min_quantity__gt=1)
        return queryset.filter(min_quantity__lte=1) if self.value() else queryset


class GroupFilter(admin.SimpleListFilter):
    """Prices that a customer group sees: of lists for it."""

    title, parameter_name = "customer group", "group"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(group, group) for group in known_groups()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(price_list__groups__contains=[self.value()]) if self.value() else queryset


class Grid(BaseModelFormSet):  # type: ignore[type-arg]
    """The rows of a page. One that another has changed since it was shown is refused, whatever this one makes of it."""

    def clean(self) -> None:
        changed = [form for form in self.initial_forms if form.has_changed()]
        lock_pages_of([form.instance.pk for form in changed])
        now = Price.objects.in_bulk([form.instance.pk for form in changed])
        for form in changed:
            row = now.get(form.instance.pk)
            if row is None or any(_shown(form, name) != getattr(row, name) for name in EDITED):
                form.add_error(None, PriceMoved.title)
            elif form.is_valid() and (form.cleaned_data["amount"] is None) == (form.cleaned_data["percent"] is None):
                form.add_error(None, "A price is either an amount or percent off.")


def _shown(form: Any, name: str) -> Decimal | None:
    """What stood there when the page was opened; text that is none is no price's."""
    field = form[name]
    text = form.data.get(field.html_initial_name)
    try:
        return field.field.to_python(text)  # type: ignore[no-any-return]
    except forms.ValidationError:
        return Decimal(-1)


class PriceAdmin(Defined):
    list_display = ("product_link", "channel", "kind", "price_list", "groups", "from_quantity", *EDITED, "currency")
    list_display_links = None
    list_editable = EDITED
    list_select_related = ("product", "price_list")
    list_filter = (
        shown.one_of("channel", channels),
        shown.one_of("kind", [kind for kind, _ in Price.KINDS]),
        shown.one_of("price_list__code", lambda: PriceList.objects.values_list("code", flat=True), title="price list"),
        GroupFilter,
        TierFilter,
    )
    search_fields = ("product__sku_key__startswith",)
    search_help_text = "A SKU or the beginning of it, in small letters"
    ordering = ("product__sku_key", "channel", "kind", "price_list__code", "min_quantity", "starts_at")
    fields = ("product_link", "channel", "kind", "price_list", "from_quantity", *EDITED, "starts_at", "ends_at")
    readonly_fields = fields
    bulk = ("shift", "take_out")
    transitions = (
        Transition(name="shift", title="Change by percent", run=_shift, form=PercentForm, lock_first=_lock),
        Transition(
            name="take_out",
            title="Take out of its list",
            run=_take_out,
            when=lambda price: price.kind == Price.LIST,
            lock_first=_lock,
            dangerous=True,
            explanation="All its product's prices leave the list.",
        ),
    )

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, **{**kwargs, "formset": Grid})

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in EDITED:
            kwargs |= {
                "form_class": ShortDecimal,
                "required": False,
                "show_hidden_initial": True,
                "min_value": Decimal(0),
            }
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Price, form: Any, change: bool) -> None:
        self._remember(request, obj)
        seen = (_shown(form, "amount"), _shown(form, "percent"))
        edit_prices([EditPrice(price=obj.id, amount=obj.amount, percent=obj.percent, seen=seen)])

    @admin.display(description="SKU", ordering="product__sku_key")
    def product_link(self, price: Price) -> str:
        return shown.link("catalog", "product", price.product_id, price.product.sku)

    @admin.display(description="groups")
    def groups(self, price: Price) -> str:
        return ", ".join(price.price_list.groups) if price.price_list else shown.NOTHING

    @admin.display(description="from", ordering="min_quantity")
    def from_quantity(self, price: Price) -> str:
        return shown.quantity(price.min_quantity) if price.kind == Price.LIST else shown.NOTHING
