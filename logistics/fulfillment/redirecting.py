"""Whether an order can still go elsewhere: asked by commerce, decided under the lock that a parcel takes too."""

import msgspec

from chassis.subscriptions import NotYet
from chassis.unit_of_work import publish
from contracts.commerce import DeliveryChangeRequested
from contracts.logistics import DeliveryChanged, DeliveryChangeRefused
from logistics.fulfillment.models import FulfilmentOrder
from logistics.fulfillment.packing import unpack_all
from logistics.fulfillment.states import State

UNSENT = frozenset({State.AWAITING_STOCK, State.OPEN, State.PICKING, State.PICKED})


def delivery_change_requested(event: DeliveryChangeRequested) -> None:
    """Take the new address and way of delivery, or refuse with the state that stands against it.

    Raises NotYet while the order is not known here.
    """
    fulfilment = FulfilmentOrder.objects.select_for_update().filter(id=event.group or event.order).first()
    if fulfilment is None:
        raise NotYet(f"Order {event.order_number} is not known yet.")
    answer: DeliveryChanged | DeliveryChangeRefused
    if fulfilment.state in UNSENT:
        unpack_all(fulfilment)  # what is packed already bears the old address
        fulfilment.delivery = msgspec.to_builtins(event.delivery)
        fulfilment.shipping_method = event.shipping_method
        fulfilment.version += 1
        fulfilment.save(update_fields=["delivery", "shipping_method", "version"])
        answer = DeliveryChanged(change=event.change, order=event.order)
    else:
        answer = DeliveryChangeRefused(change=event.change, order=event.order, reason=fulfilment.state)
    publish(answer, aggregate_id=event.order, channel=event.channel)
