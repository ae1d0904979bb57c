"""Prices of a product by channel: base, special, tiers, cost and what others ask (msrp).

Special prices count by the website's local time from the first date until the end of the day of the last one
(Magento\\Framework\\Stdlib\\DateTime\\Timezone::isScopeDateInInterval).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from catalog.commands import PriceInput, SpecialInput
from catalog.legacy.shops import Website
from catalog.legacy.tiers import tiers_of
from catalog.legacy.values import Note, Values
from catalog.pricing.commands import LIMIT
from chassis.mirrors import Rows

DAY = timedelta(days=1)


def prices_of(values: Values, rows: Rows, groups: Mapping[str, str], note: Note) -> tuple[PriceInput, ...]:
    """What the product costs in every website, its tiers and what others ask included."""
    found = []
    for site in values.shop.websites.values():
        amount = _amount(values.of("price", site), f"price in {site.code}", note)
        if amount is not None:
            found.append(
                PriceInput(
                    channel=site.code,
                    amount=amount,
                    specials=_specials(values, site, note),
                    cost=_amount(values.of("cost", site), f"cost in {site.code}", note),
                    compare_at=_amount(values.of("msrp", site), f"msrp in {site.code}", note),
                    tiers=tiers_of(values.shop, site, rows, groups, note),
                )
            )
    return tuple(found)


def _specials(values: Values, site: Website, note: Note) -> tuple[SpecialInput, ...]:
    amount = _amount(values.of("special_price", site), f"special_price in {site.code}", note)
    if amount is None:
        return ()
    local = ZoneInfo(values.shop.zone(site))
    starts = _moment(values.of("special_from_date", site), note)
    ends = _moment(values.of("special_to_date", site), note)
    starts_at = starts.replace(tzinfo=local) if starts else None
    ends_at = (ends + DAY).replace(tzinfo=local) if ends else None
    if starts_at and ends_at and starts_at >= ends_at:
        note("window_without_time", f"special_price in {site.code}: {starts} to {ends}")
        return ()
    return (SpecialInput(amount=amount, starts_at=starts_at, ends_at=ends_at),)


def _moment(text: str | None, note: Note) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text.removesuffix("Z"))
    # A day is added to the last date, and time zones need room.
    if not 1900 < moment.year < 9000:
        note("date_refused", text)
        return None
    return moment


def _amount(text: str | None, what: str, note: Note) -> Decimal | None:
    if not text:
        return None
    amount = Decimal(text)
    if not 0 <= amount < LIMIT:
        note("price_refused", f"{what}: {text}")
        return None
    return amount
