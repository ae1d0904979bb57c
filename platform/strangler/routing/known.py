"""What of a difference between Magento's answers and ours is none, and which reads are left to the shop, with reasons.

`tests/magento` holds this table against what a real Magento answered: nothing else differs there.
"""

from collections.abc import Mapping

UNORDERED: Mapping[str, str] = {
    "custom_attributes": "attributes have a code; their order is that of Magento's cache of attributes",
    "product_links": "each has a position; their order is that of an unsorted join",
    "category_links": "categories of a product have no order; Magento's is that of an unsorted SELECT",
    "category_ids": "as category_links",
    "value of category_ids": "as category_links",
    "tier_prices": "each has group and quantity; Magento's order is that of their rows",
    "configurable_product_options": "each has a position; Magento's order is that of an unsorted SELECT",
    "children_data": "siblings have a position; those at the same one come in any order",
    "children": "ids in the order in which the database found them: by id or by path",
    "types": "roles of a picture have no order",
}
"""Lists that are compared as sets, by the name of the field that holds them."""

LEFT_TO_SHOP: Mapping[str, str] = {
    "one store's stock status": "Magento looks at the stock of the store's website; no answer for a store was observed",
    "one store's category products": "Magento reads an index that is not carried; only answers for all were observed",
    "a disabled product's stock status": "Magento's own index has no row for it, and it answers for no product at all",
    "lists without a size": "Magento gives all there is; nothing here is unbounded",
    "several fields in one filter group": "whether a product without one of them counts was not observed",
    "conditions null, notnull, finset": "likewise",
    "orders by price in a store": "Magento's index of prices is not carried; it also drops what is out of stock there",
    "orders by option labels or position": "Magento's order depends on indexes that are not carried",
    "parameters fields, editMode, storeId": "an answer cut to some fields or seen from elsewhere is the shop's",
    "categories/list, search": "no answers were observed",
}
"""What is asked of the shop, whoever else is moved over."""
