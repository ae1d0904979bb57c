"""Splitting a cart over several places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from chassis.precondition import NO_PRECONDITION, Precondition
from commerce.checkout.commands.carts import Shopper
from commerce.checkout.commands.editing import Also, edit_cart, nothing
from commerce.checkout.deliveries import Further, as_json, base_key, delivery_id, is_all_taken
from commerce.checkout.errors import CountryNotServed, EmptyDelivery, LineNotInCart, MoreThanInCart, NeedsNoParcel
from commerce.checkout.items import line_ids
from commerce.checkout.models import Cart, ChannelCopy
from commerce.checkout.pricing import Draft


@dataclass(frozen=True, kw_only=True)
class WantedDelivery:
    """A further place: where, how (if that is chosen yet), and so much of which lines of the cart."""

    address: dict[str, str]
    shipping_method: str
    lines: Sequence[tuple[UUID, Decimal]]


def set_deliveries(
    *,
    view: str,
    cart_id: UUID,
    shopper: Shopper,
    deliveries: Sequence[WantedDelivery],
    expected: Precondition = NO_PRECONDITION,
    also: Also = nothing,
) -> Cart:
    """These further deliveries and no others; what they leave goes where the cart goes. None join it again.

    CountryNotServed, UnknownShippingMethod, LineNotInCart, MoreThanInCart, NeedsNoParcel; EmptyDelivery where one has
    no goods, or nothing is left for where the cart goes.
    """

    def edit(cart: Cart, draft: Draft) -> Draft:
        expected.check(cart.version)
        further = tuple(_read(cart, draft, deliveries))
        if is_all_taken(further, draft.lines):
            raise EmptyDelivery("Nothing is left for where the cart goes.", field="/deliveries")
        return replace(draft, further=further, changes={"deliveries": as_json(further)})

    return edit_cart(view=view, cart_id=cart_id, shopper=shopper, edit=edit, also=also)


def _read(cart: Cart, draft: Draft, deliveries: Sequence[WantedDelivery]) -> Iterator[Further]:
    countries = ChannelCopy.objects.values_list("countries", flat=True).get(code=cart.channel)
    keys = {id_: key for key, id_ in line_ids(cart).items()}
    unsent = {base_key(line) for line in (cart.quote or {}).get("lines", ()) if not line["requires_shipping"]}
    left = {one.key: quantity for one, quantity in draft.lines.items()}
    for position, wanted in enumerate(deliveries):
        field = f"/deliveries/{position}"
        if wanted.address["country"] not in countries:
            raise CountryNotServed(field=f"{field}/address/country", countries=countries)
        lines: dict[str, Decimal] = {}
        for number, (line, quantity) in enumerate(wanted.lines):
            key = _key(line, keys, left, unsent, field=f"{field}/lines/{number}")
            if quantity > left[key]:
                raise MoreThanInCart(field=f"{field}/lines/{number}/quantity", left=f"{left[key].normalize():f}")
            left[key] -= quantity
            lines[key] = lines.get(key, Decimal(0)) + quantity
        if not lines:
            raise EmptyDelivery(field=f"{field}/lines")
        yield Further(
            id=delivery_id(cart.id, position),
            address=wanted.address,
            shipping_method=wanted.shipping_method,
            lines=lines,
        )


def _key(line: UUID, keys: Mapping[UUID, str], left: Mapping[str, Decimal], unsent: set[str], *, field: str) -> str:
    """The key of a line of the cart that is sent."""
    if (key := keys.get(line)) is None or key not in left:
        raise LineNotInCart(field=f"{field}/line")
    if key in unsent:
        raise NeedsNoParcel(field=f"{field}/line")
    return key
