"""How each channel reckons with tax, out of Magento's settings; what a shop never set is as Magento ships it.

A price that is entered with tax contains the tax of where goods are sent from; what is due elsewhere comes on top,
unless the setting for trade across borders says that it costs the same everywhere.
"""

from collections.abc import Mapping

from catalog.commands import DefineTaxPolicy, define_tax_policy
from catalog.legacy import made
from catalog.legacy.sets import UNTAXED
from catalog.legacy.shops import Shop, Website
from catalog.legacy.tables import MIRROR
from catalog.legacy.values import Notes
from catalog.pricing.models import TaxPolicy
from catalog.pricing.taxation import Rounding
from chassis.mirrors import Found

SHIPPED = {
    "tax/calculation/algorithm": "TOTAL_BASE_CALCULATION",
    "tax/calculation/apply_after_discount": "1",
    "tax/display/type": "1",
    "shipping/origin/country_id": "US",
    "shipping/origin/region_id": "12",
    "shipping/origin/postcode": "90034",
}
ROUNDINGS = {
    "UNIT_BASE_CALCULATION": Rounding.UNIT,
    "ROW_BASE_CALCULATION": Rounding.LINE,
    "TOTAL_BASE_CALCULATION": Rounding.TOTAL,
}
KIND = "setting"
WITHOUT, BOTH = "1", "3"
_STANDARD = "standard"


def make_policies(source: str, shop: Shop, classes: Mapping[str, str], regions: Mapping[str, str]) -> None:
    """Define the policies that have changed; `classes` and `regions` are codes by Magento's id."""
    found: list[Found] = []
    policies = {}
    for site in shop.websites.values():
        notes = Notes(f"tax in {site.code}")
        policies[str(site.id)] = _policy(shop, site, classes, regions, notes)
        found += notes.found
    for owner in made.changed(source, "tax_policy", policies):
        define_tax_policy(policies[owner])
    MIRROR.replace_findings(source, KIND, [f"tax in {site.code}" for site in shop.websites.values()], found)


def _policy(
    shop: Shop, site: Website, classes: Mapping[str, str], regions: Mapping[str, str], notes: Notes
) -> DefineTaxPolicy:
    def says(path: str) -> str:
        return shop.setting(path, website=site.id) or SHIPPED.get(path, "")

    display, entered_with = says("tax/display/type"), says("tax/calculation/price_includes_tax") == "1"
    if display == BOTH:
        notes("prices_shown_twice", f"with tax and without in {site.code}: here with")
    with_tax = display != WITHOUT
    shown = TaxPolicy.WITH_TAX if with_tax else TaxPolicy.WITHOUT_TAX
    shipping = classes.get(says("tax/classes/shipping_tax_class"), UNTAXED)
    if shipping == UNTAXED and _STANDARD in classes.values():
        notes("shipping_taxed", f"as {_STANDARD} in {site.code}: shipping has no class there")
    return DefineTaxPolicy(
        channel=site.code,
        rounding=ROUNDINGS.get(says("tax/calculation/algorithm"), Rounding.TOTAL).value,
        display=TaxPolicy.ENTERED if with_tax == entered_with else shown,
        home_country=says("shipping/origin/country_id"),
        home_region=regions.get(says("shipping/origin/region_id"), ""),
        home_postcode=says("shipping/origin/postcode"),
        same_price_abroad=says("tax/calculation/cross_border_trade_enabled") == "1",
        after_discount=says("tax/calculation/apply_after_discount") == "1",
        discount_with_tax=says("tax/calculation/discount_tax") == "1",
        shipping_with_tax=says("tax/calculation/shipping_includes_tax") == "1",
        shipping_class=shipping,
    )
