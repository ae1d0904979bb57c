"""Every state machine of the domains and what is told of each of its transitions: an event, or why none.

`telling.py` holds the code to it. A machine that names its target states has those for transitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`moved_by`: the method, or the function without a dot, that is called to move it, in the files of `where`.

    A machine of target states is known by the state's class and needs no `where`.
    """

    name: str
    moved_by: str = ".transition"
    where: tuple[str, ...] = ()
    tells: Mapping[str, str] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)

    @property
    def states(self) -> str:
        """The module that the machine is in."""
        return self.name.rpartition(".")[0]


ELSEWHERE = "another domain has said so, and whoever cares heard it there"
OURS = "nobody else knows that these exist"

MACHINES = (
    Machine(
        name="commerce.order.states.ORDER",
        where=("commerce/order/", "commerce/cancellation/"),
        tells={
            "hold": "OrderHeld",
            "release": "OrderReleased",
            "request_cancel": "CancellationRequested",
            "cancel": "OrderCancelled",
            "complete": "OrderCompleted",
        },
        silent={"keep": ELSEWHERE, "keep_held": ELSEWHERE},
    ),
    Machine(
        name="commerce.cancellation.states.CANCELLATION",
        moved_by=".move",
        where=("commerce/cancellation/",),
        tells={"confirm": "OrderLinesCancelled"},
        silent={"refuse": ELSEWHERE},
    ),
    Machine(
        name="commerce.addition.states.ADDITION",
        moved_by=".move",
        where=("commerce/addition/",),
        tells={"add": "GoodsAdded"},
        silent={
            "charge": "asked for, not done: goods_added says when it is",
            "reopen": "an answer to the shopper, who reads it from the attempt",
            "finish": ELSEWHERE,
            "withdraw": "an offer bound nobody; who follows its link is told",
        },
    ),
    Machine(
        name="commerce.delivery.states.DELIVERY_CHANGE",
        moved_by=".move",
        where=("commerce/delivery/",),
        silent={"confirm": ELSEWHERE, "refuse": ELSEWHERE},
    ),
    Machine(
        name="commerce.order.states.PAYMENT",
        moved_by=".transition_payment",
        where=("commerce/order/",),
        tells={
            "capture": "OrderPaid",
            "void": "PaymentVoided",
            "refund_part": "OrderRefunded",
            "refund": "OrderRefunded",
        },
    ),
    Machine(
        name="commerce.order.states.FULFILMENT",
        moved_by=".transition_fulfilment",
        where=("commerce/order/", "commerce/cancellation/"),
        tells={"cancel": "OrderCancelled"},
        silent={"ship_part": ELSEWHERE, "ship": ELSEWHERE},
    ),
    Machine(
        name="commerce.payment.states.PAYMENT",
        where=("commerce/payment/",),
        tells={
            "capture": "OrderPaid",
            "void": "PaymentVoided",
            "refund_part": "OrderRefunded",
            "refund": "OrderRefunded",
        },
        silent={
            "authorise": "an answer to the checkout, which ends in order_placed",
            "challenge": "the shopper alone must act, and reads it from the checkout's outcome",
            "decline": "an answer to the checkout, which gives back what it took",
            "abandon": "asked for, not done: payment_voided says when it is",
            "settle": "of an order that is cancelled, which order_cancelled says",
        },
    ),
    Machine(
        name="catalog.catalog.reviews.states.TRANSITIONS",
        where=("catalog/catalog/reviews/",),
        tells={"approve": "ReviewDecided", "reject": "ReviewDecided", "rewrite": "ReviewSubmitted"},
    ),
    Machine(
        name="catalog.catalog.publication.states.TRANSITIONS",
        moved_by="moved",
        where=("catalog/catalog/publication/",),
        tells={name: "ProductChanged" for name in ("publish", "withdraw", "archive", "restore")},
        silent={
            "schedule": "a plan: product_changed says when it comes true",
            "schedule_end": "a plan: product_changed says when it comes true",
        },
    ),
    Machine(
        name="catalog.promotion.states.RULE",
        where=("catalog/promotion/commands.py",),
        tells={name: "PromotionChanged" for name in ("publish", "pause", "resume", "end")},
    ),
    Machine(
        name="catalog.promotion.states.REDEMPTION",
        where=("catalog/promotion/redemption.py", "catalog/promotion/reactions.py"),
        tells={
            "reserve": "RedemptionReserved",
            "refuse": "RedemptionRefused",
            "confirm": "RedemptionConfirmed",
            "release": "RedemptionReleased",
        },
    ),
    Machine(
        name="logistics.reservation.states.TRANSITIONS",
        moved_by=".become",
        tells={
            "reserved": "StockReserved",
            "failed": "StockReservationFailed",
            "expired": "StockReleased",
            "released": "StockReleased",
            "confirmed": "StockConfirmed",
        },
        silent={"consumed": "shipment_sent tells what left; what needs no parcel is on no shelf"},
    ),
    Machine(
        name="logistics.fulfillment.parcels.states.TRANSITIONS",
        moved_by=".become",
        tells={
            "labelled": "ShipmentLabelled",
            "sent": "ShipmentSent",
            "delivered": "ShipmentArrived",
            "returned": "ShipmentArrived",
            "cancelled": "ShipmentCancelled",
        },
        silent={
            "labelling": "asked for, not done: shipment_labelled says when it is",
            "packed": "shipment_packed said so before; the carrier refused, which is for staff",
        },
    ),
    Machine(
        name="logistics.transfers.states.TRANSITIONS",
        moved_by=".become",
        tells={"sent": "TransferSent", "receiving": "TransferReceived", "received": "TransferReceived"},
        silent={"cancelled": "a draft has moved nothing"},
    ),
    Machine(
        name="logistics.counting.states.TRANSITIONS",
        moved_by=".become",
        tells={"booked": "StockTakeBooked"},
        silent={"cancelled": "what was counted has moved nothing"},
    ),
    Machine(
        name="logistics.fulfillment.states.TRANSITIONS",
        moved_by=".become",
        tells={
            "picking": "GoodsPicked",
            "picked": "GoodsPicked",
            "partly_sent": "ShipmentSent",
            "sent": "ShipmentSent",
            "rest_cancelled": "CancellationConfirmed",
        },
        silent={
            "open": "stock_confirmed says that the order has its stock; the list is the warehouse's own",
            "not_needed": "stock_confirmed says that the order has its stock, and the order what it needs",
            "cancelled": ELSEWHERE,
        },
    ),
    Machine(
        name="postpurchase.returns.states.TRANSITIONS",
        moved_by=".become",
        tells={"approved": "ReturnApproved", "declined": "ReturnDeclined", "received": "RefundRequested"},
        silent={"refunded": ELSEWHERE, "refund_failed": ELSEWHERE},
    ),
    Machine(
        name="postpurchase.tenders.states.RESERVATION",
        where=("postpurchase/tenders/",),
        tells={
            "reserve": "TenderReserved",
            "refuse": "TenderRefused",
            "confirm": "TenderConfirmed",
            "expire": "TenderReleased",
            "release": "TenderReleased",
        },
    ),
    Machine(
        name="postpurchase.credit.states.GIFT_CARD",
        where=("postpurchase/credit/",),
        silent={
            name: "who wants to pay with it asks, and is told then" for name in ("block", "unblock", "expire", "extend")
        },
    ),
    Machine(
        name="identity.customer.states.TRANSITIONS",
        moved_by=".move",
        where=("identity/customer/",),
        tells={"block": "CustomerBlocked", "unblock": "CustomerUnblocked"},
    ),
    Machine(
        name="identity.user.states.TRANSITIONS",
        moved_by=".move",
        where=("identity/user/",),
        tells={"suspend": "SessionsRevoked"},
        silent={"reinstate": OURS},
    ),
    Machine(
        name="operations.notification.states.MESSAGE",
        where=("platform/operations/notification/",),
        tells={"send": "MessageSent"},
        silent={"skip": OURS, "give_up": OURS, "resend": OURS},
    ),
)
