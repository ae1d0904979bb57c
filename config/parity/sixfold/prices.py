"""Prices of a product by view, and of price lists by channel, customer group and quantity."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from config.parity.sides import Sides
from config.parity.sixfold.products import ALIAS, View, views

ONE_AMOUNT = {"base": "price", "cost": "cost", "compare_at": "msrp"}
DAY = timedelta(days=1)
GUESTS, EVERYBODY = "not signed in", "everybody"


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The prices of each product here."""
    ids = sides.ids("product", keys)
    known = {id_ for (id_,) in sides.here(ALIAS, _KNOWN, list(ids))}
    channels = {code: (currency, ZoneInfo(zone)) for code, currency, zone in sides.here(ALIAS, _CHANNELS, sides.name)}
    groups, by_channel = _groups(sides), defaultdict(list)
    for view in views(sides):
        by_channel[view.channel].append(view)
    prices: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for product, *rest in sides.here(ALIAS, _PRICES, list(ids)):
        prices[product].append(tuple(rest))
    found = {}
    for id_ in known:
        record: dict[str, Any] = {}
        for price in prices.get(id_, ()):
            if price[0] in channels:
                record |= _price(price, channels[price[0]], by_channel[price[0]], groups)
        found[ids[id_]] = record
    return found


_KNOWN = "SELECT id FROM catalog_product WHERE id = ANY(%s) AND position(chr(31) in sku_key) = 0"
_CHANNELS = "SELECT code, currency, time_zone FROM catalog_channel WHERE external_id ? %s"
_PRICES = """
    SELECT p.product_id, p.channel, p.currency, p.kind, p.amount, p.percent, p.min_quantity, p.starts_at, p.ends_at,
           l.groups, l.active
    FROM catalog_price p LEFT JOIN catalog_pricelist l ON l.id = p.price_list_id WHERE p.product_id = ANY(%s)"""


def _price(
    row: tuple[Any, ...], of: tuple[str, ZoneInfo], shown_in: Sequence[View], groups: Mapping[str, str]
) -> dict[str, Any]:
    channel, currency, kind, amount, percent, quantity, starts, ends, whose, active = row
    if currency != of[0]:
        return {f"price in {currency} [{channel}]": amount}
    if kind == "list":
        said = amount if percent is None else f"{percent.normalize():f} %"
        return {
            f"tier [{channel}] group {who} from {quantity.normalize():f}": said if active else None
            for who in ([groups.get(group, group) for group in whose] or [EVERYBODY])
        }
    fields = {ONE_AMOUNT.get(kind, "special_price"): amount}
    if kind == "special":
        fields["special_from_date"] = starts and starts.astimezone(of[1]).replace(tzinfo=None)
        fields["special_to_date"] = ends and ends.astimezone(of[1]).replace(tzinfo=None) - DAY
    return {f"{name} [{view.code}]": value for name, value in fields.items() for view in shown_in}


def _groups(sides: Sides) -> dict[str, str]:
    """Old ids of customer groups by our codes, as identity knows them."""
    begins = f"{sides.name}:customer_group:"
    rows = sides.here(
        "identity",
        "SELECT code, external_id FROM customers.identity_customergroup WHERE external_id LIKE %s",
        f"{begins}%",
    )
    return {"@guests": GUESTS} | {code: external.removeprefix(begins) for code, external in rows}
