"""Another delivery in the admin of orders: what staff are asked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms

from chassis.admin import Transition
from commerce.checkout.address_form import AddressForm, address_fields
from commerce.delivery.commands import can_be_changed, request_delivery
from commerce.order.models import Order


def delivery_form(order: Order) -> type[forms.Form]:
    """Where it goes and how, filled with what is ordered."""
    fields = address_fields(order.delivery)
    fields["shipping_method"] = forms.CharField(max_length=100, initial=order.shipping_method)
    further = [(str(one.id), f"{one.delivery['city']}, {one.delivery['country']}") for one in order.deliveries.all()]
    if further:
        own = ("", f"{order.delivery['city']}, {order.delivery['country']}")
        fields["group"] = forms.ChoiceField(label="which", choices=[own, *further], required=False)
    return type("DeliveryForm", (AddressForm,), fields)


def _change_delivery(order: Order, data: Mapping[str, Any]) -> None:
    address = {name: value for name, value in data.items() if name not in ("shipping_method", "group")}
    group = UUID(data["group"]) if data.get("group") else None
    request_delivery(order.id, address=address, shipping_method=data["shipping_method"], group=group)


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
