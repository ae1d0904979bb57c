"""The order by price: Magento keeps an index of what products cost a guest, which is never carried.

Here it is what the product's page shows a guest in the channel (`catalog.pricing`). As in Magento what has no
price there, because it is not sold in the website, is not in such a list at all.
"""

from collections.abc import Sequence
from decimal import Decimal

from catalog.legacy.dialect.errors import NotHere
from catalog.legacy.dialect.facts import Facts
from catalog.pricing.models import PriceBlock
from catalog.product.models import Product
from chassis.ids import migrated_id

MOST_CANDIDATES = 20_000


def by_price(facts: Facts, ids: Sequence[str], *, descending: bool) -> list[tuple[str, Decimal]]:
    """(id, lowest price) of these products in the order of that price. Raises NotHere for what has no page here."""
    if len(ids) > MOST_CANDIDATES or facts.website is None:
        raise NotHere("more products than are sorted by price here")
    known = {migrated_id(facts.source, "product", id_): id_ for id_ in ids}
    found = PriceBlock.objects.filter(channel=facts.website.code, customer_group="", product_id__in=list(known))
    amounts = {known[product]: amount for product, amount in found.values_list("product_id", "amount")}
    if Product.objects.filter(id__in=[new for new, old in known.items() if old not in amounts],
                              kind=Product.VARIANT).exists():  # fmt: skip
        raise NotHere("a variant, whose price is its product's here")
    priced = [(id_, amounts[id_]) for id_ in ids if id_ in amounts]
    return sorted(priced, key=lambda pair: (-pair[1] if descending else pair[1], int(pair[0])))
