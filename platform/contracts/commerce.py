"""Events and query protocols of commerce: carts, orders, payments."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis.messages import Personal, event
from contracts.shared import Amount, Choice, Component, PostalAddress


@dataclass(frozen=True, kw_only=True)
class RequestedLine:
    """How many of a SKU are wanted for one cart line. What needs no parcel may have no stock, and is then not short.

    `delivery` is the further delivery that it goes with; without one it goes where the cart goes.
    """

    line: UUID
    sku: str
    quantity: Decimal
    requires_shipping: bool = True
    delivery: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RequestedDelivery:
    """A further place that a part of a cart goes to, told as little of as stock_requested tells of the cart's own."""

    id: UUID
    country: str = ""
    area: str = ""
    shipping_method: str = ""


@dataclass(frozen=True, kw_only=True)
class OfferedLine:
    """What staff offer to somebody who has yet to pay, and what all of it would cost, tax included."""

    name: str
    quantity: Decimal
    total: Decimal


@event("commerce.draft_offered", aggregate="cart")
@dataclass(frozen=True, kw_only=True)
class DraftOffered:
    """Somebody is asked to order and pay what staff have put together for them. `link` opens it to who holds it."""

    cart: UUID
    channel: str
    locale: str
    email: Personal
    name: Personal
    lines: tuple[OfferedLine, ...]
    amount: Amount
    link: Personal


@event("commerce.stock_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockRequested:
    """A checkout asks logistics to reserve all lines or none, until `expires_at`.

    Where it goes to decides which source it is taken from; `area` is the beginning of the postcode, no more: enough to
    find a source nearby, too little to find a person. All three are empty where nothing is sent. Lines of further
    `deliveries` go elsewhere, and are sourced for that place; all lines are reserved or none.
    """

    saga: UUID
    cart: UUID
    channel: str
    lines: tuple[RequestedLine, ...]
    expires_at: datetime
    country: str = ""
    area: str = ""
    shipping_method: str = ""
    deliveries: tuple[RequestedDelivery, ...] = ()


@event("commerce.stock_release_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockReleaseRequested:
    """A checkout did not end in an order: what it reserved returns to the shelf."""

    saga: UUID
    reason: str


@event("commerce.stock_confirmation_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class StockConfirmationRequested:
    """The order stands: its reservation no longer expires and belongs to the order.

    `added` is given where the order stood before and has its picking list: what of the reservation goes on it.
    """

    saga: UUID
    order: UUID
    order_number: str
    added: tuple[Component, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RedeemedPromotion:
    """A promotion that a cart takes, by its coupon if it has one, and what it takes off."""

    rule: UUID
    amount: Decimal
    code: str = ""


@event("commerce.redemption_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionRequested:
    """A checkout asks catalog to count all of its promotions or none.

    `shopper` is the same for the same customer or guest's e-mail address, and tells neither.
    """

    saga: UUID
    cart: UUID
    channel: str
    currency: str
    shopper: str
    promotions: tuple[RedeemedPromotion, ...]


@event("commerce.redemption_release_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionReleaseRequested:
    """A checkout did not end in an order: its promotions may be used again."""

    saga: UUID
    reason: str


@event("commerce.redemption_confirmation_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class RedemptionConfirmationRequested:
    """The order stands: its promotions are used."""

    saga: UUID
    order: UUID
    order_number: str


@dataclass(frozen=True, kw_only=True)
class RequestedTender:
    """What one tender is to pay, in the order's currency.

    `payment` is the payment's id; `account` is what `Tenders` of post-purchase found: a gift card, a customer's store
    credit, or for points the customer.
    """

    payment: UUID
    tender: str
    account: UUID
    amount: Decimal


@event("commerce.tender_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderRequested:
    """A checkout asks post-purchase to reserve all of its tenders or none, until `expires_at`."""

    saga: UUID
    cart: UUID
    channel: str
    currency: str
    customer: UUID | None
    tenders: tuple[RequestedTender, ...]
    expires_at: datetime


@event("commerce.tender_release_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderReleaseRequested:
    """A checkout did not end in an order: what it reserved may be spent again."""

    saga: UUID
    reason: str


@event("commerce.tender_confirmation_requested", aggregate="saga")
@dataclass(frozen=True, kw_only=True)
class TenderConfirmationRequested:
    """The order stands: what was reserved for it is to be taken."""

    saga: UUID
    order: UUID
    order_number: str


@event("commerce.tender_refund_requested", aggregate="payment")
@dataclass(frozen=True, kw_only=True)
class TenderRefundRequested:
    """A part of what a tender paid is to go back to where it came from; `refund` happens once."""

    saga: UUID
    payment: UUID
    refund: UUID
    amount: Amount
    return_request: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """A line as sold, tax included: `unit_price` of one before `discount`, `total` what was charged for all.

    `components`: what one of it consists of, empty where that is the SKU itself. `kind` is the product's: of a
    gift_card `choices` say its worth (`amount`) and who gets it. `delivery` is the further delivery that it goes with;
    without one it goes where the order goes.
    """

    id: UUID
    sku: str
    product: UUID
    name: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    requires_shipping: bool = True
    discount: Decimal = Decimal(0)
    kind: str = ""
    components: tuple[Component, ...] = ()
    choices: tuple[Choice, ...] = ()
    delivery: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDelivery:
    """A further place that lines of an order go to, how, and its share of the order's `shipping`."""

    id: UUID
    delivery: PostalAddress
    shipping_method: str
    shipping: Decimal


@event("commerce.order_placed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderPlaced:
    """An order exists and its payment is authorised (or to be collected later).

    Lines that name none of the further `deliveries` go to `delivery`.
    """

    order: UUID
    saga: UUID
    cart: UUID
    number: str
    channel: str
    view: str
    locale: str
    customer: UUID | None
    email: Personal
    currency: str
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[OrderLine, ...]
    delivery: PostalAddress
    shipping_method: str
    placed_at: datetime
    coupons: tuple[str, ...] = ()
    deliveries: tuple[OrderDelivery, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CarriedLine:
    """A line as an older shop sold it; `total` is what was charged for all, tax included.

    `kept`: so many were sent and not given back there. `components` and `kind` as of `OrderLine`.
    """

    id: UUID
    sku: str
    name: str
    quantity: Decimal
    kept: Decimal
    total: Decimal
    kind: str = ""
    components: tuple[Component, ...] = ()


@event("commerce.order_carried", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderCarried:
    """An order of an older shop is here, or is otherwise by now: history, on which nothing is to be done.

    Told for what may still come of it, a return; it was paid, and thanked for, in the older shop.
    """

    order: UUID
    number: str
    channel: str
    locale: str
    customer: UUID | None
    email: Personal
    name: Personal
    currency: str
    placed_at: datetime
    lines: tuple[CarriedLine, ...]


@dataclass(frozen=True, kw_only=True)
class PaidBy:
    """What one tender (card, manual, gift_card, store_credit, points) has paid of an order, in its currency."""

    tender: str
    amount: Decimal


@event("commerce.order_paid", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderPaid:
    """The whole total of an order is captured; one that costs nothing is paid when it is placed.

    `key_hash`: SHA-256 of the key by which a guest is given what the order has brought. `tenders` add up to the total.
    """

    order: UUID
    number: str
    channel: str
    customer: UUID | None
    total: Amount
    paid_at: datetime
    lines: tuple[OrderLine, ...] = ()
    key_hash: str = ""
    tenders: tuple[PaidBy, ...] = ()


@event("commerce.order_held", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderHeld:
    """An order is not to be worked on until it is released."""

    order: UUID
    number: str
    channel: str


@event("commerce.order_released", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderReleased:
    """A held order may be worked on again."""

    order: UUID
    number: str
    channel: str


@event("commerce.order_completed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderCompleted:
    """All of an order was sent, or it needs no parcel and is paid."""

    order: UUID
    number: str
    channel: str
    customer: UUID | None


@event("commerce.payment_voided", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class PaymentVoided:
    """The provider has let go of what it held for a cancelled order; nothing of it was taken."""

    order: UUID
    number: str
    channel: str
    amount: Amount


@event("commerce.order_cancelled", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderCancelled:
    """An order was cancelled before anything left the house. `saga` is the checkout that it came from.

    `added` are the sagas by which goods were added to it.
    """

    order: UUID
    number: str
    channel: str
    total: Amount
    reason: str
    saga: UUID | None = None
    added: tuple[UUID, ...] = ()


@event("commerce.cancellation_requested", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class CancellationRequested:
    """An order, or these quantities of it, shall not be sent: logistics confirms or refuses, as a whole.

    `lines` are empty where it is the whole order. `saga` is the checkout that the order came from.
    """

    cancellation: UUID
    order: UUID
    order_number: str
    channel: str
    saga: UUID
    whole: bool
    lines: tuple[RequestedLine, ...] = ()
    reason: str = ""


@event("commerce.delivery_change_requested", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class DeliveryChangeRequested:
    """An order shall go to this address in this way: logistics does so, or refuses since it has left.

    `group` is the further delivery that it is about; without one it is the order's own.
    """

    change: UUID
    order: UUID
    order_number: str
    channel: str
    delivery: PostalAddress
    shipping_method: str
    group: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CancelledLine:
    """So much of a line as sold will not be sent."""

    line: UUID
    sku: str
    quantity: Decimal


@event("commerce.order_lines_cancelled", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderLinesCancelled:
    """A part of an order was cancelled before it was sent; `amount` of its price goes back."""

    order: UUID
    number: str
    channel: str
    customer: UUID | None
    cancellation: UUID
    lines: tuple[CancelledLine, ...]
    amount: Amount
    reason: str = ""


@event("commerce.addition_offered", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class AdditionOffered:
    """The shopper is asked to pay for goods that are to be added to an order, until `expires_at`.

    `link` leads to the storefront's page for it and opens it to who holds it.
    """

    addition: UUID
    order: UUID
    number: str
    channel: str
    lines: tuple[OfferedLine, ...]
    amount: Amount
    expires_at: datetime
    link: Personal


@event("commerce.goods_added", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class GoodsAdded:
    """An order was changed after it was placed: these lines came to it, `amount` dearer, `total` is the order's now.

    Their payment is authorised or here; `addition_paid` says when it is here.
    """

    addition: UUID
    order: UUID
    number: str
    channel: str
    customer: UUID | None
    lines: tuple[OrderLine, ...]
    amount: Amount
    total: Amount
    added_at: datetime


@event("commerce.addition_paid", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class AdditionPaid:
    """What was added to an order is paid: for it what order_paid is for the order. `key_hash` is the order's."""

    addition: UUID
    order: UUID
    number: str
    channel: str
    customer: UUID | None
    total: Amount
    paid_at: datetime
    lines: tuple[OrderLine, ...] = ()
    key_hash: str = ""


@event("commerce.order_refunded", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded:
    """Money went back for an order; `whole` when nothing that was paid is left.

    `return_request` names the return that asked for it, if one did. A refund over several tenders is told for each.
    `historical`: the order was paid in an older shop, and has brought nothing here that would be taken back.
    """

    order: UUID
    number: str
    channel: str
    customer: UUID | None
    refund: UUID
    amount: Amount
    return_request: UUID | None = None
    whole: bool = False
    payment: UUID | None = None
    tender: str = "card"
    historical: bool = False


@event("commerce.refund_failed", aggregate="order")
@dataclass(frozen=True, kw_only=True)
class RefundFailed:
    """A refund that a return asked for could not be made; `reason` says why."""

    order: UUID
    return_request: UUID
    reason: str


@event("commerce.payment_disputed", aggregate="dispute")
@dataclass(frozen=True, kw_only=True)
class PaymentDisputed:
    """The shopper's bank asks money of an order back; who wins is told by dispute_closed."""

    dispute: UUID
    order: UUID
    number: str
    channel: str
    customer: UUID | None
    amount: Amount
    reason: str


@event("commerce.dispute_closed", aggregate="dispute")
@dataclass(frozen=True, kw_only=True)
class DisputeClosed:
    """A dispute is decided: the shop keeps the money, or it is gone."""

    dispute: UUID
    order: UUID
    number: str
    channel: str
    customer: UUID | None
    amount: Amount
    won: bool


@event("commerce.invoice_issued", aggregate="document")
@dataclass(frozen=True, kw_only=True)
class InvoiceIssued:
    """An invoice has its number and is never changed: over an order that is paid. `tax` is in `total` already."""

    document: UUID
    number: str
    order: UUID
    order_number: str
    channel: str
    customer: UUID | None
    total: Amount
    tax: Decimal
    issued_at: datetime


@event("commerce.credit_note_issued", aggregate="document")
@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued:
    """A credit note over a refund that went back; `corrects` are the numbers of the order's invoices."""

    document: UUID
    number: str
    order: UUID
    order_number: str
    channel: str
    customer: UUID | None
    total: Amount
    tax: Decimal
    issued_at: datetime
    refund: UUID
    corrects: tuple[str, ...]
