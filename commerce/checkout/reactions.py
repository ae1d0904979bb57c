"""What logistics answers, handed to the saga that waits for it."""

from chassis.sagas import Done, Failed
from chassis.sagas.runner import answer
from commerce.checkout.saga import PlaceOrder
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
