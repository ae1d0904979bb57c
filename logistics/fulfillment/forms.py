"""What staff fill in to pick, pack and send, and the commands that it becomes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from chassis.admin import shown
from logistics.carriers.registry import CARRIERS
from logistics.fulfillment.commands import LineQuantity, Pick, pick
from logistics.fulfillment.errors import NothingToDo
from logistics.fulfillment.models import FulfilmentOrder, PickLine
from logistics.fulfillment.packing import Pack, Ship, pack, ship
from logistics.fulfillment.parcels.asking import request_label

Left = Callable[[PickLine], Decimal]


def to_pick(line: PickLine) -> Decimal:
    """What is still on the shelf."""
    return line.quantity - line.picked


def to_send(line: PickLine) -> Decimal:
    """What is picked and in no parcel yet."""
    return line.loose


def quantities(fulfilment: FulfilmentOrder, left: Left) -> dict[str, forms.Field]:
    """A field per line of which something is left, filled with all of it."""
    return {
        str(line.id): forms.DecimalField(
            label=f"{line.sku} {line.name}, from {line.source.name}",
            min_value=Decimal(0),
            max_digits=12,
            decimal_places=4,
            initial=shown.quantity(left(line)),
            help_text=f"of {shown.quantity(left(line))}",
        )
        for line in fulfilment.picks.select_related("source").order_by("source__code", "sku")
        if left(line) > 0
    }


def pick_form(fulfilment: FulfilmentOrder) -> type[forms.Form]:
    """What was taken from the shelves."""
    return type("PickForm", (forms.Form,), quantities(fulfilment, to_pick))


def ship_form(fulfilment: FulfilmentOrder) -> type[forms.Form]:
    """The parcel, and what is in it."""
    parcel = {
        "carrier": forms.CharField(max_length=100),
        "tracking_number": forms.CharField(max_length=100),
    }
    return type("ShipForm", (forms.Form,), {**parcel, **quantities(fulfilment, to_send)})


def pack_form(fulfilment: FulfilmentOrder) -> type[forms.Form]:
    """Who carries the parcel, what it weighs, and what is in it."""
    parcel: dict[str, forms.Field] = {
        "carrier": forms.ChoiceField(choices=[(code, one.title) for code, one in CARRIERS.items()]),
        "weight": forms.DecimalField(
            min_value=Decimal(0), max_digits=8, decimal_places=3, initial=1, help_text="In kilograms."
        ),
    }
    return type("PackForm", (forms.Form,), {**parcel, **quantities(fulfilment, to_send)})


def _chosen(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> list[LineQuantity]:
    chosen = [
        LineQuantity(line=line.id, quantity=data[str(line.id)])
        for line in fulfilment.picks.all()
        if data.get(str(line.id))
    ]
    if not chosen:
        raise NothingToDo("No quantity was given.")  # to the commands no line at all means every line
    return chosen


def pick_some(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> None:
    """The quantities of the form."""
    pick(Pick(order=fulfilment.id, lines=_chosen(fulfilment, data)))


def pick_everything(fulfilment: FulfilmentOrder, _: Mapping[str, Any]) -> None:
    """Everything that is still on the shelf."""
    pick(Pick(order=fulfilment.id))


def ship_some(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> None:
    """A parcel of the quantities of the form leaves at once."""
    parcel = {name: data[name] for name in ("carrier", "tracking_number")}
    ship(Ship(order=fulfilment.id, lines=_chosen(fulfilment, data), **parcel))


def pack_some(fulfilment: FulfilmentOrder, data: Mapping[str, Any]) -> None:
    """A parcel of the quantities of the form; a carrier that makes labels is asked for one."""
    facts = {name: data[name] for name in ("carrier", "weight")}
    shipment = pack(Pack(order=fulfilment.id, lines=_chosen(fulfilment, data), **facts))
    if CARRIERS[shipment.carrier].labels:
        request_label(shipment)
