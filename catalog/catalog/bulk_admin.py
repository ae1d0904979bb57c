"""What staff do to one product or to all that are selected: categories, values, prices by percent."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from catalog.catalog.changing import PlaceProduct, SetValue, displace_product, place_product, set_value
from catalog.catalog.exchange.rows import value_of
from catalog.pricing.admin import channels
from catalog.pricing.amounts import shift_base_prices
from catalog.pricing.grid_admin import PercentForm
from catalog.product.models import Attribute, Category, Product, View
from chassis.admin import Transition


def _channels() -> list[tuple[str, str]]:
    return [(code, code) for code in channels()]


def _scopes() -> Iterator[tuple[str, str]]:
    yield "", "everywhere"
    for code in channels():
        yield f"channel:{code}", f"channel {code}"
    for code in View.objects.order_by("code").values_list("code", flat=True):
        yield f"view:{code}", f"view {code}"


class CategoryForm(forms.Form):
    """Which category."""

    category = forms.ChoiceField(
        choices=lambda: [(code, code) for code in Category.objects.order_by("code").values_list("code", flat=True)]
    )


class PlaceForm(CategoryForm):
    """And where in it."""

    position = forms.IntegerField(initial=0, help_text="Among those that staff put there; the smallest first.")


class ValueForm(forms.Form):
    """A value as it is written in files: an option's code, several with | between them, true or false, a number."""

    attribute = forms.ChoiceField(
        choices=lambda: [(code, code) for code in Attribute.objects.order_by("code").values_list("code", flat=True)]
    )
    value = forms.CharField(required=False, help_text="An option's code, several with | between; empty takes it away.")
    scope = forms.ChoiceField(choices=lambda: list(_scopes()), required=False)


class ChannelPercentForm(PercentForm):
    """In which channel."""

    channel = forms.ChoiceField(choices=_channels)


def _place(product: Product, data: Mapping[str, Any]) -> None:
    place_product(PlaceProduct(sku=product.sku, category=data["category"], position=data["position"]))


def _displace(product: Product, data: Mapping[str, Any]) -> None:
    displace_product(product.sku, data["category"])


def _value(product: Product, data: Mapping[str, Any]) -> None:
    kind = Attribute.objects.values_list("kind", flat=True).get(code=data["attribute"])
    value = value_of(data["value"], kind) if data["value"] else None
    set_value(SetValue(sku=product.sku, attribute=data["attribute"], value=value, scope=data["scope"]))


def _shift(product: Product, data: Mapping[str, Any]) -> None:
    shift_base_prices([product.id], channel=data["channel"], percent=data["percent"])


def _has_page(product: Product) -> bool:
    return product.parent_id is None


TRANSITIONS = (
    Transition(name="place", title="Put into a category", run=_place, form=PlaceForm, when=_has_page),
    Transition(name="displace", title="Take out of a category", run=_displace, form=CategoryForm, when=_has_page),
    Transition(name="value", title="Set a value", run=_value, form=ValueForm, when=_has_page),
    Transition(
        name="shift",
        title="Change prices by percent",
        run=_shift,
        form=ChannelPercentForm,
        when=_has_page,
        explanation="Its base price and those of its variants; special prices and price lists stay.",
    ),
)
BULK = ("place", "displace", "value", "shift")
