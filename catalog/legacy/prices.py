"""Prices of a product by channel: base, special, tiers, cost and what others ask (msrp).

Special prices count by the website's local time from the first date until the end of the day of the last one
(Magento\\Framework\\Stdlib\\DateTime\\Timezone::isScopeDateInInterval). A bundle's special and tier prices are percent:
the special price what is still paid (Magento\\Bundle\\Pricing\\Price\\SpecialPrice), a tier what is taken off.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from catalog.commands import PriceInput, SpecialInput
from catalog.legacy.files import sold_singly
from catalog.legacy.shops import Website
from catalog.legacy.tiers import TABLE as TIERS
from catalog.legacy.tiers import tiers_of
from catalog.legacy.values import Note, Values
from catalog.pricing.commands import LIMIT
from catalog.product.models import Product
from chassis.mirrors import Rows

DAY = timedelta(days=1)
HUNDRED = Decimal(100)
_MILLIONTH = Decimal("0.000001")


def is_dynamic(values: Values, kind: str) -> bool:
    """Whether a bundle costs what its parts cost."""
    return kind == Product.BUNDLE and values.default("price_type") != "1"


def prices_of(
    values: Values, rows: Rows, groups: Mapping[str, str], note: Note, *, kind: str
) -> tuple[PriceInput, ...]:
    """What the product costs in every website, its tiers and what others ask included."""
    if kind == Product.GROUPED or is_dynamic(values, kind):
        _note_unpriced(values, rows, note)
        return ()
    found, bundle = [], kind == Product.BUNDLE
    # Where only the links of a download cost something, it has no price.
    free = "0" if kind == Product.DOWNLOADABLE and sold_singly(values) else None
    for site in values.shop.websites.values():
        amount = _amount(values.of("price", site) or free, f"price in {site.code}", note)
        if amount is not None:
            found.append(
                PriceInput(
                    channel=site.code,
                    amount=amount,
                    specials=_specials(values, site, note, share_of=amount if bundle else None),
                    cost=_amount(values.of("cost", site), f"cost in {site.code}", note),
                    compare_at=_amount(values.of("msrp", site), f"msrp in {site.code}", note),
                    tiers=tiers_of(values.shop, site, rows, groups, note, percent=bundle),
                )
            )
    return tuple(found)


def _note_unpriced(values: Values, rows: Rows, note: Note) -> None:
    """A price of its own means nothing where its parts are paid; what is taken off them cannot be said here."""
    special = {value for value in values.rows.get("special_price", {}).values() if value}
    if special or rows.all(TIERS):
        note("discount_on_parts", f"special_price {', '.join(sorted(special)) or 'none'}, {len(rows.all(TIERS))} tiers")


def _specials(values: Values, site: Website, note: Note, *, share_of: Decimal | None) -> tuple[SpecialInput, ...]:
    amount = _amount(values.of("special_price", site), f"special_price in {site.code}", note)
    if amount is None:
        return ()
    if share_of is not None:
        if amount > HUNDRED:
            note("price_refused", f"special_price in {site.code}: {amount} percent")
            return ()
        amount = (share_of * amount / HUNDRED).quantize(_MILLIONTH)
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
