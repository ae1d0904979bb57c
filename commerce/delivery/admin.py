"""Another delivery in the admin of orders: what staff are asked."""

from collections.abc import Mapping
from typing import Any

from django import forms

from chassis.admin import Transition
from commerce.checkout.addresses import WrongAddress, checked
from commerce.delivery.commands import can_be_changed, request_delivery
from commerce.order.models import Order

ADDRESS = {"name": 200, "company": 200, "street": 300, "postcode": 20, "city": 200, "region": 200, "phone": 40}
NEEDED = ("name", "street")


class _Delivery(forms.Form):
    """What else an address needs is its country's matter."""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        try:
            return {**given, **checked({name: given[name] for name in (*ADDRESS, "country")})}
        except WrongAddress as error:
            for part, sentence in error.parts.items():
                self.add_error(part, sentence)
        return given


def delivery_form(order: Order) -> type[forms.Form]:
    """Where it goes and how, filled with what is ordered."""
    now = order.delivery
    fields: dict[str, forms.Field] = {
        name: forms.CharField(max_length=most, required=name in NEEDED, initial=now.get(name, ""))
        for name, most in ADDRESS.items()
    }
    fields["country"] = forms.RegexField("^[A-Z]{2}$", initial=now.get("country", ""), help_text="ISO 3166-1 alpha-2")
    fields["shipping_method"] = forms.CharField(max_length=100, initial=order.shipping_method)
    return type("DeliveryForm", (_Delivery,), fields)


def _change_delivery(order: Order, data: Mapping[str, Any]) -> None:
    address = {name: value for name, value in data.items() if name != "shipping_method"}
    request_delivery(order.id, address=address, shipping_method=data["shipping_method"])


CHANGE_DELIVERY = Transition(
    name="delivery",
    title="Change delivery",
    run=_change_delivery,
    when=can_be_changed,
    form=delivery_form,
    own_transaction=True,
    explanation="It is priced first and refused where it costs another total. Then the warehouse is asked, who "
    "may have sent it. Documents that were issued keep their address.",
)
