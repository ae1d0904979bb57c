"""Where which tax is due: Magento's rates as zones, and a rate of ours for each rule, rate and class of goods.

Of the rates of one rule Magento takes that of the most exact area, which is what rates of one code come to here; those
of several rules add up by their priority. Rates hold in all channels. Classes of customers are none here: what holds
for who is not signed in holds for all.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from catalog.commands import AreaInput, DefineTaxZone, TaxRateInput, define_tax_zone
from catalog.legacy import made
from catalog.legacy.groups import GUEST_GROUP
from catalog.legacy.sets import tax_classes
from catalog.legacy.shops import Shop, shop_of
from catalog.legacy.tables import MIRROR
from catalog.legacy.tax_policies import SHIPPED, make_policies
from catalog.legacy.values import Notes
from catalog.pricing.tax_commands import replace_tax_rates
from chassis.mirrors import Row, Rows

RATE, RULE, REGION = "tax_rate", "tax_rule", "region"
_HUNDRED = Decimal(100)


def make_taxes(source: str, owners: Iterable[str] = ()) -> None:
    """Define the zones that have changed, and the rates of every channel if any did."""
    rates, rules = MIRROR.rows_of(source, RATE), MIRROR.rows_of(source, RULE)
    notes = {kind: {id_: Notes(id_) for id_ in rows} for kind, rows in ((RATE, rates), (RULE, rules))}
    zones = _zones(source, rates, notes[RATE])
    for owner in sorted(made.changed(source, RATE, zones), key=int):
        define_tax_zone(zones[owner])
    found = _rates(source, rules, rates, zones, notes)
    shop = shop_of(source)
    make_policies(source, shop, tax_classes(source), _region_codes(source, shop))
    channels = {str(site.id): (site.code, found) for site in shop.websites.values()}
    for owner in made.changed(source, "tax_rates", channels):
        replace_tax_rates(*channels[owner])
    made.forget(source, RATE, made.known(source, RATE) - zones.keys())
    for kind, several in notes.items():
        MIRROR.replace_findings(source, kind, several, [one for note in several.values() for one in note.found])


def make_regions(source: str, owners: list[str]) -> None:
    """A rate may have waited for its region, and what a price contains depends on where goods are sent from."""
    MIRROR.touch_found(source, RATE, ["unknown_region"])
    MIRROR.touch_all(source, RULE)


def _region_codes(source: str, shop: Shop) -> dict[str, str]:
    """Codes of the regions that goods are sent from."""
    path = "shipping/origin/region_id"
    asked = {shop.setting(path, website=site) for site in shop.websites} | {SHIPPED[path]}
    rows = MIRROR.rows_of(source, REGION, asked - {""})
    return {id_: row["code"] or "" for id_, one in rows.items() if (row := one.one("directory_country_region"))}


def _zones(source: str, rates: Mapping[str, Rows], notes: Mapping[str, Notes]) -> dict[str, DefineTaxZone]:
    rows = {id_: row for id_, several in rates.items() if (row := several.one("tax_calculation_rate"))}
    asked = {row["tax_region_id"] or "0" for row in rows.values()} - {"0"}
    regions = MIRROR.rows_of(source, REGION, asked) if asked else {}
    found = {}
    for id_, row in rows.items():
        if titles := rates[id_].all("tax_calculation_rate_title"):
            notes[id_]("rate_title_not_carried", ", ".join(one["value"] or "" for one in titles))
        region = row["tax_region_id"] or "0"
        known = regions[region].one("directory_country_region") if region != "0" else {}
        if known is None:
            notes[id_].whole("unknown_region", region)
        elif not 0 <= Decimal(row["rate"] or 0) <= _HUNDRED:
            notes[id_].whole("rate_refused", row["rate"] or "")
        else:
            # Addresses name a region by its code or, as those from Magento, by its name.
            names = dict.fromkeys((known.get("code") or "", known.get("default_name") or known.get("code") or ""))
            areas = tuple(
                AreaInput(country=row["tax_country_id"] or "", region=name, postcodes=_codes(row)) for name in names
            )
            found[id_] = DefineTaxZone(code=f"{source}-{id_}", name=row["code"] or "", areas=areas)
    return found


def _codes(row: Row) -> str:
    if row["zip_is_range"] == "1":
        return f"{row['zip_from']}..{row['zip_to']}"
    code = (row["tax_postcode"] or "").strip()
    return "" if code == "*" else code


def _rates(
    source: str,
    rules: Mapping[str, Rows],
    rates: Mapping[str, Rows],
    zones: Mapping[str, DefineTaxZone],
    notes: Mapping[str, Mapping[str, Notes]],
) -> tuple[TaxRateInput, ...]:
    classes, guests = tax_classes(source), _class_of_guests(source)
    codes = [row["code"] for several in rules.values() if (row := several.one("tax_calculation_rule"))]
    found: dict[tuple[str, str, str], TaxRateInput] = {}
    used = set()
    for id_ in sorted(rules, key=int):
        rule = rules[id_].one("tax_calculation_rule")
        if rule is None:
            notes[RULE][id_].whole("no_rule", "rates of a rule that is not there")
            continue
        code = rule["code"] or id_
        code = code if codes.count(rule["code"]) == 1 else f"{code}-{id_}"
        for row in rules[id_].all("tax_calculation"):
            rate, goods = row["tax_calculation_rate_id"] or "", row["product_tax_class_id"] or ""
            used.add(rate)
            if row["customer_tax_class_id"] != guests:
                notes[RULE][id_]("of_other_customers", f"class {row['customer_tax_class_id']}, rate {rate}")
            elif rate not in zones or goods not in classes:
                notes[RULE][id_]("rate_not_carried", f"rate {rate} of class {goods}")
            else:
                percent = Decimal(rates[rate].all("tax_calculation_rate")[0]["rate"] or 0)
                found[code, rate, goods] = _rate(rule, code, percent, zones[rate].code, classes[goods])
    for rate in zones.keys() - used:
        notes[RATE][rate]("of_no_rule", "due nowhere")
    return tuple(found[key] for key in sorted(found))


def _rate(rule: Row, code: str, percent: Decimal, zone: str, tax_class: str) -> TaxRateInput:
    return TaxRateInput(
        rate=percent,
        zone=zone,
        tax_class=tax_class,
        code=code,
        priority=int(rule["priority"] or 0),
        on_subtotal=rule["calculate_subtotal"] == "1",
    )


def _class_of_guests(source: str) -> str | None:
    group = MIRROR.rows_of(source, "customer_group", [GUEST_GROUP])[GUEST_GROUP].one("customer_group")
    return group["tax_class_id"] if group else None
