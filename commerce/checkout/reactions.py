"""What logistics and catalog answer, handed to the saga that waits for it."""

from chassis.sagas import Done, Failed
from chassis.sagas.runner import answer
from commerce.checkout.saga import PlaceOrder
from contracts.catalog import RedemptionRefused, RedemptionReserved
from contracts.logistics import StockConfirmed, StockReservationFailed, StockReserved


def stock_reserved(event: StockReserved) -> None:
    answer(PlaceOrder, event.saga, "reserve_stock", Done({"reserved_until": event.expires_at.isoformat()}))


def stock_reservation_failed(event: StockReservationFailed) -> None:
    answer(
        PlaceOrder,
        event.saga,
        "reserve_stock",
        Failed("failed", "out_of_stock", {"missing": list(event.missing)}),
    )


def stock_confirmed(event: StockConfirmed) -> None:
    answer(PlaceOrder, event.saga, "confirm_stock", Done({"stock_confirmed": event.confirmed}))


def redemption_reserved(event: RedemptionReserved) -> None:
    answer(PlaceOrder, event.saga, "redeem_coupon", Done())


def redemption_refused(event: RedemptionRefused) -> None:
    answer(
        PlaceOrder,
        event.saga,
        "redeem_coupon",
        Failed("failed", event.reason, {"refused": {"promotion": str(event.promotion), "coupon": event.coupon}}),
    )
