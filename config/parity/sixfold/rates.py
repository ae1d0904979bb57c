"""Tax zones with their rates, and promotions with their coupons and uses, as the catalogue has them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from config.parity.facts import RECORD, Fact
from config.parity.sides import Sides
from config.parity.sixfold.products import ALIAS

RULE = ("name", "priority", "stops", "websites", "uses per customer")


def tax_keys(sides: Sides) -> Iterator[str]:
    """Old ids of rates: the code of a zone ends in it."""
    begins = f"{sides.name}-"
    rows = sides.here(ALIAS, "SELECT code FROM catalog_taxzone WHERE starts_with(code, %s)", begins)
    return (code.removeprefix(begins) for (code,) in rows)


def taxes(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The zone and the rates that each became."""
    codes = {f"{sides.name}-{key}": key for key in keys}
    channels = [
        code for (code,) in sides.here(ALIAS, "SELECT code FROM catalog_channel WHERE external_id ? %s", sides.name)
    ]
    found, areas, due = {}, defaultdict(list), defaultdict(list)
    for zone, *area in sides.here(ALIAS, _AREAS, list(codes)):
        areas[zone].append(area)
    for zone, channel, *rate in sides.here(ALIAS, _RATES, list(codes)):
        due[zone, channel].append(rate)
    for zone, name in sides.here(ALIAS, "SELECT code, name FROM catalog_taxzone WHERE code = ANY(%s)", list(codes)):
        found[codes[zone]] = {"name": name, "areas": sorted(areas[zone])} | {
            f"due [{channel}]": sorted(due[zone, channel]) for channel in channels
        }
    return found


_AREAS = """
    SELECT z.code, a.country, a.region, a.postcodes FROM catalog_taxarea a JOIN catalog_taxzone z ON z.id = a.zone_id
    WHERE z.code = ANY(%s)"""
_RATES = """
    SELECT z.code, r.channel, r.tax_class, r.rate, r.priority, r.on_subtotal
    FROM catalog_taxrate r JOIN catalog_taxzone z ON z.id = r.zone_id WHERE z.code = ANY(%s)"""


def rule_keys(sides: Sides) -> Iterator[str]:
    """Old ids of cart rules that were not ended here."""
    rows = sides.here(ALIAS, _RULES_HERE, sides.name, sides.name)
    return (str(key) for (key,) in rows)


def rules(sides: Sides, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each rule here; of one that was not made, what its domain says why."""
    ids, found = sides.ids("sales_rule", keys), {}
    for id_, state, *facts in sides.here(ALIAS, _RULES, list(ids)):
        found[id_] = dict(zip(RULE, facts, strict=True)) | {"runs": state == "active"}
        found[id_]["websites"] = sorted(found[id_]["websites"])
    for rule, code, limit, used in sides.here(ALIAS, _COUPONS, list(found)):
        found[rule] |= {f"coupon {code} limit": limit, f"coupon {code} used": used}
    for rule, shopper, used in sides.here(ALIAS, _USES, list(found)):
        found[rule][f"uses of {shopper}"] = used
    told = {ids[id_]: record for id_, record in found.items()}
    for key, code in sides.here(ALIAS, _LEFT_OUT, sides.name, list(keys)):
        told.setdefault(key, {RECORD: Fact(None, {code: True})})
    return told


_RULES_HERE = """
    SELECT external_id ->> %s FROM catalog_promotionrule
    WHERE kind = 'cart' AND external_id ? %s AND state <> 'ended'"""
_RULES = """
    SELECT id, state, name, priority, stop, channels, uses_per_customer FROM catalog_promotionrule
    WHERE id = ANY(%s) AND state <> 'ended'"""
_COUPONS = "SELECT rule_id, code, uses_limit, used FROM catalog_coupon WHERE rule_id = ANY(%s) AND active"
_USES = "SELECT rule_id, shopper, used FROM catalog_customerusage WHERE rule_id = ANY(%s)"
_LEFT_OUT = """
    SELECT owner, code FROM catalog_magentofinding
    WHERE source = %s AND kind = 'sales_rule' AND whole AND owner = ANY(%s)"""
