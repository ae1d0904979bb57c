"""Tax rates with the classes of goods that they are due on, and cart rules with their coupons and uses."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from chassis.ids import migrated_id
from config.parity.facts import RECORD, Fact, fact
from config.parity.magento.products import tax_classes
from config.parity.sides import Sides

Row = dict[str, Any]


def tax_keys(sides: Sides) -> Iterator[str]:
    """Ids of all rates."""
    rows = sides.there("SELECT tax_calculation_rate_id AS id FROM {tax_calculation_rate}")
    return (str(row["id"]) for row in rows)


def taxes(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Where each rate is due and on which goods; what holds for guests holds for all here."""
    guests = sides.there("SELECT tax_class_id FROM {customer_group} WHERE customer_group_id = 0")
    due = _due(sides, keys, guests[0]["tax_class_id"] if guests else None)
    rows = sides.there(
        "SELECT t.*, r.code AS region, r.default_name FROM {tax_calculation_rate} t LEFT JOIN"
        " {directory_country_region} r ON r.region_id = t.tax_region_id WHERE t.tax_calculation_rate_id IN %s",
        [int(key) for key in keys],
    )
    return {str(row["tax_calculation_rate_id"]): _rate(sides, row, due) for row in rows}


def _rate(sides: Sides, row: Row, due: dict[str, list[list[Any]]]) -> dict[str, Any]:
    key, percent, record = str(row["tax_calculation_rate_id"]), Decimal(row["rate"] or 0), {}
    if row["tax_region_id"] and row["region"] is None:
        record[RECORD] = Fact(True, {"unknown_region": None})
    elif not 0 <= percent <= 100:
        record[RECORD] = Fact(True, {"rate_refused": None})
    code = (row["tax_postcode"] or "").strip()
    places = f"{row['zip_from']}..{row['zip_to']}" if row["zip_is_range"] == 1 else "" if code == "*" else code
    names = {row["region"] or "", row["default_name"] or row["region"] or ""}
    record |= {
        "name": row["code"],
        "areas": sorted([row["tax_country_id"], name, places] for name in names),
    }
    for site in sides.shop.websites.values():
        record[f"due [{site.code}]"] = [[goods, percent, *rest] for goods, *rest in due.get(key, ())]
    return record


def _due(sides: Sides, keys: Sequence[str], guests: Any) -> dict[str, list[list[Any]]]:
    classes, found = tax_classes(sides), defaultdict(list)
    names = Counter(codes[0] for codes in classes.values())
    for row in sides.there(
        "SELECT DISTINCT c.tax_calculation_rate_id AS rate, c.product_tax_class_id AS goods, r.tax_calculation_rule_id,"
        " r.priority, r.calculate_subtotal FROM {tax_calculation} c JOIN {tax_calculation_rule} r"
        " ON r.tax_calculation_rule_id = c.tax_calculation_rule_id"
        " WHERE c.customer_tax_class_id = %s AND c.tax_calculation_rate_id IN %s",
        guests, [int(key) for key in keys],
    ):  # fmt: skip
        if codes := classes.get(str(row["goods"])):
            goods = codes[0] if names[codes[0]] == 1 else codes[1]
            found[str(row["rate"])].append([goods, row["priority"] or 0, row["calculate_subtotal"] == 1])
    return {rate: sorted(several) for rate, several in found.items()}


def rule_keys(sides: Sides) -> Iterator[str]:
    """Ids of all cart rules."""
    return (str(row["rule_id"]) for row in sides.there("SELECT rule_id FROM {salesrule}"))


def rules(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Cart rules by name, reach and limits, with what is used of them; what they mean is not compared."""
    ids = [int(key) for key in keys]
    coupons, users, sites = (
        _of_rules(sides, table, ids) for table in ("salesrule_coupon", "salesrule_customer", "salesrule_website")
    )
    found = {}
    for row in sides.there("SELECT * FROM {salesrule} WHERE rule_id IN %s", ids):
        id_ = row["rule_id"]
        per_customer = int(row["uses_per_customer"] or 0) or None
        websites = sorted(sides.shop.websites[one["website_id"]].code for one in sites[id_]
                          if one["website_id"] in sides.shop.websites)  # fmt: skip
        record: dict[str, Any] = {
            "name": (row["name"] or "").strip(),
            "runs": row["is_active"] == 1,
            "priority": row["sort_order"] or 0,
            "stops": row["stop_rules_processing"] == 1,
            "websites": fact(websites, {"kept_for_one_currency": _of_one_currency(sides, websites)}),
            "uses per customer": per_customer,
        }
        for coupon in coupons[id_]:
            named = f"coupon {coupon['code']}"
            record |= {
                f"{named} limit": int(coupon["usage_limit"] or 0) or None,
                f"{named} used": coupon["times_used"] or 0,
            }
        for user in users[id_]:
            who = migrated_id(sides.name, "customer", user["customer_id"])
            record[f"uses of customer:{who}"] = user["times_used"] or 0
        found[str(id_)] = record
    return found


def _of_rules(sides: Sides, table: str, ids: list[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in sides.there(f"SELECT * FROM {{{table}}} WHERE rule_id IN %s", ids):
        found[row["rule_id"]].append(row)
    return found


def _of_one_currency(sides: Sides, websites: Sequence[str]) -> list[str]:
    """Of a rule with amounts what is kept: the websites of the first currency."""
    of = {site.code: sides.shop.configuration.get("currency/options/base", website=site.id)
          for site in sides.shop.websites.values()}  # fmt: skip
    first = min((of[code] for code in websites), default="")
    return [code for code in websites if of[code] == first]
