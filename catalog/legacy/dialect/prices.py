"""Prices as Magento tells them: one for a product, and steps by customer group and quantity."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from catalog.legacy.dialect.errors import NotHere
from catalog.legacy.dialect.facts import Facts, number
from catalog.legacy.tables import MIRROR
from chassis.mirrors import Row, Rows

TIERS = "catalog_product_entity_tier_price"
EVERYBODY = 32000
HUNDRED = Decimal(100)


def price_of(type_: str, value: str | None) -> int | float | None:
    """What a product says as its price: a configurable one nothing of its own, and a bundle without one 0."""
    if type_ == "configurable":
        return 0
    return (number(value) or 0) if type_ == "bundle" else number(value)


def rate_of(facts: Facts) -> Decimal | None:
    """What one unit of the shop's currency is in the website's; 1 where they are one, None where nobody says."""
    if facts.website is None or not facts.shop.prices_per_website:
        return Decimal(1)
    own = facts.shop.setting("currency/options/base", website=facts.website.id)
    base = facts.shop.setting("currency/options/base")
    if own == base:
        return Decimal(1)
    rows = MIRROR.rows_of(facts.source, "currency_rate", [base])[base].all("directory_currency_rate")
    return next((Decimal(row["rate"] or 0) for row in rows if row["currency_to"] == own), None)


def tiers(facts: Facts, rows: Rows, price: str | None, rate: Decimal | None) -> list[dict[str, Any]]:
    """Steps that hold in the store's website, one of the website before one of all; of all websites for `all`.

    Raises NotHere where one is to be converted and the shop's rate has not come.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    website = str(facts.website.id) if facts.website else None
    for row in sorted(rows.all(TIERS), key=lambda row: row["website_id"] == "0"):
        of = row["website_id"] or "0"
        key = row["all_groups"], row["customer_group_id"], Decimal(row["qty"] or 1), of if website is None else ""
        if key in found or (website is not None and of not in ("0", website)):
            continue
        factor = rate if of == "0" and website is not None else Decimal(1)
        if factor is None:
            raise NotHere("the rate of its currency is not kept")
        found[key] = _tier(row, price, factor, website or of)
    return list(found.values())


def _tier(row: Row, price: str | None, factor: Decimal, website: str) -> dict[str, Any]:
    percent = Decimal(row["percentage_value"] or 0)
    amount = Decimal(price or 0) * (HUNDRED - percent) / HUNDRED if percent else Decimal(row["value"] or 0)
    extension: Mapping[str, Any] = {"percentage_value": number(str(percent))} if percent else {}
    return {
        "customer_group_id": EVERYBODY if row["all_groups"] == "1" else int(row["customer_group_id"] or 0),
        "qty": number(row["qty"]),
        "value": number(str(amount * factor)),
        "extension_attributes": {**extension, "website_id": int(website)},
    }
