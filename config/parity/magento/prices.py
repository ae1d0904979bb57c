"""Prices of a product by view, and its tier prices by website, customer group and quantity.

A tier of a website stands for one of all websites with the same group and quantity. A special price counts by the
website's days. Of a bundle of fixed price special and tier prices are percent.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from config.parity.facts import RECORD, Fact, fact, plain
from config.parity.magento.products import CARRIED, TABLE
from config.parity.magento.shop import ADMIN, Shop, Website
from config.parity.magento.values import Values, entity_ids, read_attributes, read_values
from config.parity.sides import Sides

AMOUNTS = ("price", "special_price", "cost", "msrp")
DATES = ("special_from_date", "special_to_date")
OF_SPECIAL = ("special_price", *DATES)
GUESTS, EVERYBODY = "not signed in", "everybody"
HUNDRED, MILLIONTH = Decimal(100), Decimal("0.000001")
Row = dict[str, Any]


def records(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The prices of each product in Magento."""
    entities = entity_ids(sides, TABLE, keys)
    ids = {link: str(row["entity_id"]) for link, row in entities.items()}
    values = read_values(sides, TABLE, read_attributes(sides, "catalog_product"), ids)
    tiers: dict[Any, list[Row]] = {link: [] for link in ids}
    for row in sides.there(
        f"SELECT * FROM {{catalog_product_entity_tier_price}} WHERE {sides.link} IN %s ORDER BY website_id", list(ids)
    ):
        tiers[row[sides.link]].append(row)
    groups = {row["customer_group_id"] for row in sides.there("SELECT customer_group_id FROM {customer_group}")}
    found = {}
    for link, row in entities.items():
        if row["type_id"] in CARRIED:
            mine = values[ids[link]]
            found[ids[link]] = _prices(sides.shop, mine, row["type_id"]) | dict(
                _tiers(sides.shop, mine, row["type_id"], tiers[link], groups)
            )
        else:
            found[ids[link]] = {RECORD: Fact(True, {"product_type_not_carried": None})}
    return found


def _prices(shop: Shop, values: Values, type_: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for store in shop.stores.values():
        said = {code: values.shown(code, store, shop) if code in values.rows else None for code in (*AMOUNTS, *DATES)}
        said |= {code: _dated(said[code]) for code in DATES}
        otherwise = dict(_otherwise(values, type_, said))
        for code, value in said.items():
            others = dict(value.otherwise) if isinstance(value, Fact) else {}
            others |= {why: it[code] for why, it in otherwise.items() if code in it}
            record[f"{code} [{store.code}]"] = fact(plain(value), others)
    return record


def _otherwise(values: Values, type_: str, said: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """By reason, what prices are here in place of these."""
    price, special = plain(said["price"]), plain(said["special_price"])
    start, end = (plain(said[code]) for code in DATES)
    if _unpriced(values, type_):
        yield "costs_what_its_parts_cost", dict.fromkeys(said)
        return
    if type_ == "downloadable" and values.default("links_purchased_separately") == "1" and price is None:
        yield "links_carry_the_price", {"price": Decimal(0)}
        price = Decimal(0)
    if price is None:
        yield "nothing_without_a_price", dict.fromkeys(said)
    if special is None:
        yield "window_without_price", dict.fromkeys(DATES)
    elif start and end and start > end:
        yield "window_without_time", dict.fromkeys(OF_SPECIAL)
    elif type_ == "bundle" and price is not None:
        amount = (price * special / HUNDRED).quantize(MILLIONTH) if special <= HUNDRED else None
        yield "percent_as_an_amount", {"special_price": amount}
    for code in AMOUNTS:
        amount = plain(said[code])
        if amount is not None and amount < 0:
            yield (
                "price_refused",
                dict.fromkeys(said if code == "price" else OF_SPECIAL if "special" in code else [code]),
            )


def _unpriced(values: Values, type_: str) -> bool:
    return type_ == "grouped" or (type_ == "bundle" and values.default("price_type") != "1")


def _dated(value: Any) -> Any:
    """Days as they are entered: local ones, without a zone."""
    if isinstance(value, Fact):
        return Fact(_day(value.value), {why: _day(it) for why, it in value.otherwise.items()})
    return _day(value)


def _day(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)).replace(tzinfo=None) if text else None


def _tiers(shop: Shop, values: Values, type_: str, rows: Sequence[Row], groups: set[int]) -> Iterator[tuple[str, Any]]:
    for site in shop.websites.values():
        counting: dict[tuple[Any, Decimal], Row] = {}
        for row in rows:  # those of all websites come first
            if row["website_id"] in (ADMIN, site.id):
                group = EVERYBODY if row["all_groups"] == 1 else row["customer_group_id"]
                counting[group, Decimal(row["qty"])] = row
        for (group, quantity), row in counting.items():
            who = GUESTS if group == 0 else group
            name = f"tier [{site.code}] group {who} from {quantity.normalize():f}"
            yield (
                name,
                _tier(shop, site, row, type_, unpriced=_unpriced(values, type_), known=group in (EVERYBODY, *groups)),
            )


def _tier(shop: Shop, site: Website, row: Row, type_: str, *, unpriced: bool, known: bool) -> Any:
    amount, percent = Decimal(row["value"] or 0), Decimal(row["percentage_value"] or 0)
    percent = percent or (amount if type_ == "bundle" else percent)
    said = f"{percent.normalize():f} %" if percent else amount
    otherwise: dict[str, Any] = {}
    if unpriced:
        otherwise["costs_what_its_parts_cost"] = None
    if not known:
        otherwise["unknown_customer_group"] = None
    if (
        not percent
        and row["website_id"] == ADMIN
        and shop.currency(site) != shop.configuration.get("currency/options/base")
    ):
        otherwise["tier_in_another_currency"] = None
    if amount < 0 or not 0 <= percent <= HUNDRED or Decimal(row["qty"]) <= 0:
        otherwise["tier_refused"] = None
    return fact(said, otherwise)


def figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Sums of amounts by view and by customer group, of what has one."""
    for name, value in record.items():
        amount = plain(value)
        if isinstance(amount, Decimal) and name.startswith(("price ", "special_price ", "tier ")):
            yield name.partition(" from ")[0], amount
