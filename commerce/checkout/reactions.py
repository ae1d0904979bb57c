"""What logistics, catalog and post-purchase answer, handed to the saga that waits for it."""

from chassis.sagas import Done, Failed, Run
from commerce.promises import answer, change
from contracts.catalog import RedemptionRefused, RedemptionReserved
from contracts.logistics import StockConfirmed, StockReservationFailed, StockReserved
from contracts.postpurchase import TenderConfirmed, TenderRefused, TenderReserved


def stock_reserved(event: StockReserved) -> None:
    until = event.expires_at.isoformat()

    def extend(run: Run) -> None:
        run.data["reserved_until"] = max(run.data.get("reserved_until", ""), until)

    if not answer(event.saga, "reserve_stock", Done({"reserved_until": until})):
        change(event.saga, extend)


def stock_reservation_failed(event: StockReservationFailed) -> None:
    answer(event.saga, "reserve_stock", Failed("failed", "out_of_stock", {"missing": list(event.missing)}))


def stock_confirmed(event: StockConfirmed) -> None:
    answer(event.saga, "confirm_stock", Done({"stock_confirmed": event.confirmed}))


def redemption_reserved(event: RedemptionReserved) -> None:
    answer(event.saga, "redeem_coupon", Done())


def redemption_refused(event: RedemptionRefused) -> None:
    refused = {"promotion": str(event.promotion), "coupon": event.coupon}
    answer(event.saga, "redeem_coupon", Failed("failed", event.reason, {"refused": refused}))


def tender_reserved(event: TenderReserved) -> None:
    held = {"tenders_held": str(event.amount.amount), "tenders_until": event.expires_at.isoformat()}
    answer(event.saga, "reserve_tenders", Done(held))


def tender_refused(event: TenderRefused) -> None:
    refused = {"payment": str(event.payment), "tender": event.tender, "reason": event.reason}
    answer(event.saga, "reserve_tenders", Failed("failed", "tender_refused", {"refused_tender": refused}))


def tender_confirmed(event: TenderConfirmed) -> None:
    answer(event.saga, "confirm_tenders", Done({"tenders_confirmed": event.confirmed}))
