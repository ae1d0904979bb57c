"""Tier prices as price lists: one per website and customer group, and one per website for everybody.

A tier of a website stands in for one of all websites with the same group and quantity. Magento takes the lowest of
base, special and tier prices, which is what lists of one priority come to here.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from catalog.commands import GUESTS, DefinePriceList, TierInput, define_price_list
from catalog.legacy.groups import GUEST_GROUP, group_codes
from catalog.legacy.shops import ADMIN, Shop, Website
from catalog.legacy.values import Note
from catalog.pricing.commands import LIMIT
from catalog.pricing.models import PriceList
from chassis.mirrors import Row, Rows

TABLE = "catalog_product_entity_tier_price"
EVERYBODY = ""


def groups_of(source: str) -> dict[str, str]:
    """Codes of customer groups by Magento's id; GUESTS for who is not signed in."""
    return {GUEST_GROUP: GUESTS, **group_codes(source)}


def tiers_of(
    shop: Shop, site: Website, rows: Rows, groups: Mapping[str, str], note: Note, *, percent: bool = False
) -> tuple[TierInput, ...]:
    """A product's tiers in a website; `percent`: all of them are percent off, a bundle's."""
    found: dict[tuple[str, Decimal], Row] = {}
    for row in sorted(rows.all(TABLE), key=lambda row: int(row["website_id"] or 0)):
        if int(row["website_id"] or 0) in (ADMIN, site.id):
            group = EVERYBODY if row["all_groups"] == "1" else (row["customer_group_id"] or "")
            found[group, Decimal(row["qty"] or 0)] = row
    tiers = []
    for (group, quantity), row in sorted(found.items()):
        where = f"{row['value_id']} in {site.code}"
        if group and group not in groups:
            note("unknown_customer_group", f"{group}: {where}")
        elif not 0 < quantity < 10**8:
            note("tier_refused", where)
        elif tier := _tier(list_code(shop.source, site, groups.get(group, EVERYBODY)), quantity, row, percent=percent):
            if tier.amount is not None and row["website_id"] == str(ADMIN) and _converted(shop, site):
                note("tier_in_another_currency", where)
            else:
                tiers.append(tier)
        else:
            note("tier_refused", where)
    return tuple(tiers)


def define_lists(shop: Shop, tiers: Iterable[TierInput], groups: Mapping[str, str]) -> None:
    """Define the price lists that these tiers are in and that are not there yet."""
    wanted = {tier.price_list for tier in tiers}
    wanted -= set(PriceList.objects.filter(code__in=wanted).values_list("code", flat=True))
    for site in shop.websites.values():
        for group in (EVERYBODY, *groups.values()):
            code = list_code(shop.source, site, group)
            if code in wanted:
                define_price_list(
                    DefinePriceList(
                        code=code,
                        name=f"Tier prices: {group or 'everybody'}",
                        channel=site.code,
                        groups=(group,) if group else (),
                        external_id={shop.source: f"{site.id}:{group}"},
                    )
                )


def list_code(source: str, site: Website, group: str) -> str:
    """The code of a website's price list for a group."""
    return f"{source}-{site.id}-{group.removeprefix('@') or 'all'}"


def _tier(price_list: str, quantity: Decimal, row: Row, *, percent: bool) -> TierInput | None:
    amount = Decimal(row["value"] or 0)
    off = Decimal(row["percentage_value"] or 0) or (amount if percent else 0)
    if off or percent:
        valid = 0 < off <= 100
        return TierInput(price_list=price_list, min_quantity=quantity, percent=Decimal(off)) if valid else None
    valid = 0 <= amount < LIMIT
    return TierInput(price_list=price_list, min_quantity=quantity, amount=amount) if valid else None


def _converted(shop: Shop, site: Website) -> bool:
    """Whether Magento would multiply an amount for all websites by a rate here."""
    path = "currency/options/base"
    return shop.prices_per_website and shop.setting(path, website=site.id) != shop.setting(path)
