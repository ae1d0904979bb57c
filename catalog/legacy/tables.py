"""Which tables of a Magento database the catalogue keeps, and what each row is part of.

The order is that in which things are made: what others refer to first.
"""

from catalog.legacy.models import MagentoFinding, MagentoRow, MagentoTouched
from chassis.mirrors import Mirror, Mirrored, Row

JOB = "catalog.make_legacy"
VALUE_TABLES = ("varchar", "int", "decimal", "text", "datetime")
# Of all settings (secrets are among them) only these are kept.
SETTINGS = (
    "catalog/price/scope",
    "currency/options/",
    "general/country/default",
    "general/locale/",
    "shipping/origin/",
    "tax/calculation/",
    "tax/classes/shipping_tax_class",
    "tax/display/type",
)

_PRODUCT = Mirrored(owner=("product", "entity_id"))
_PRODUCT_ID = Mirrored(owner=("product", "product_id"))
_CATEGORY = Mirrored(owner=("category", "entity_id"))
# Parts of parts: whoever has them is found by the row that names them.
_CUSTOM_VALUE = Mirrored(owner=("custom_value", "option_type_id"))
_CUSTOM_OPTION = Mirrored(owner=("custom_option", "option_id"))
_DOWNLOAD_LINK = Mirrored(owner=("download_link", "link_id"))
_TAX_RATE = Mirrored(owner=("tax_rate", "tax_calculation_rate_id"))
_TAX_RULE = Mirrored(owner=("tax_rule", "tax_calculation_rule_id"))
_REVIEW = Mirrored(owner=("review", "review_id"))
_LINK = Mirrored(owner=("link", "link_id"))
_LINK_TYPE = Mirrored(owner=("link_type", "link_type_id"))
_BUNDLE = Mirrored(owner=("composition", "parent_product_id"))

TABLES = {
    "store_website": Mirrored(owner=("website", "website_id")),
    "store_group": Mirrored(owner=("group", "group_id")),
    "store": Mirrored(owner=("store", "store_id")),
    "directory_currency_rate": Mirrored(owner=("currency_rate", "currency_from")),
    "core_config_data": Mirrored(owner=("setting", "config_id")),
    "eav_entity_type": Mirrored(owner=("entity_type", "entity_type_id")),
    "eav_attribute_option_value": Mirrored(owner=("option", "option_id")),
    "eav_attribute_option_swatch": Mirrored(owner=("option", "option_id")),
    "eav_attribute_option": Mirrored(owner=("attribute", "attribute_id"), touches=(("option", "option_id"),)),
    "eav_attribute": Mirrored(owner=("attribute", "attribute_id")),
    "eav_attribute_label": Mirrored(owner=("attribute", "attribute_id")),
    "catalog_eav_attribute": Mirrored(owner=("attribute", "attribute_id")),
    "eav_attribute_set": Mirrored(owner=("attribute_set", "attribute_set_id")),
    "eav_entity_attribute": Mirrored(owner=("attribute_set", "attribute_set_id")),
    "directory_country_region": Mirrored(owner=("region", "region_id")),
    "tax_class": Mirrored(owner=("tax_class", "class_id")),
    "customer_group": Mirrored(owner=("customer_group", "customer_group_id")),
    "tax_calculation_rate": _TAX_RATE,
    "tax_calculation_rate_title": _TAX_RATE,
    "tax_calculation_rule": _TAX_RULE,
    "tax_calculation": _TAX_RULE,
    "catalog_category_entity": _CATEGORY,
    **{f"catalog_category_entity_{ending}": _CATEGORY for ending in VALUE_TABLES},
    "catalog_product_entity_media_gallery": Mirrored(owner=("picture", "value_id")),
    "catalog_product_option_type_title": _CUSTOM_VALUE,
    "catalog_product_option_type_price": _CUSTOM_VALUE,
    "catalog_product_option_type_value": Mirrored(
        owner=("custom_option", "option_id"), touches=(("custom_value", "option_type_id"),)
    ),
    "catalog_product_option_title": _CUSTOM_OPTION,
    "catalog_product_option_price": _CUSTOM_OPTION,
    "downloadable_link_title": _DOWNLOAD_LINK,
    "downloadable_link_price": _DOWNLOAD_LINK,
    "downloadable_sample_title": Mirrored(owner=("download_sample", "sample_id")),
    "catalog_product_entity": _PRODUCT,
    **{f"catalog_product_entity_{ending}": _PRODUCT for ending in VALUE_TABLES},
    "catalog_product_website": _PRODUCT_ID,
    "catalog_product_entity_tier_price": _PRODUCT,
    "catalog_category_product": _PRODUCT_ID,
    "catalog_product_super_attribute": _PRODUCT_ID,
    "catalog_product_super_link": Mirrored(owner=("product", "parent_id"), touches=(("product", "product_id"),)),
    "catalog_product_entity_media_gallery_value": _PRODUCT,
    "catalog_product_entity_media_gallery_value_to_entity": Mirrored(
        owner=("product", "entity_id"), touches=(("picture", "value_id"),)
    ),
    "catalog_product_option": Mirrored(owner=("product", "product_id"), touches=(("custom_option", "option_id"),)),
    "downloadable_link": Mirrored(owner=("product", "product_id"), touches=(("download_link", "link_id"),)),
    "downloadable_sample": Mirrored(owner=("product", "product_id"), touches=(("download_sample", "sample_id"),)),
    **{f"catalog_product_link_attribute_{ending}": _LINK for ending in ("int", "decimal", "varchar")},
    "catalog_product_link_type": _LINK_TYPE,
    "catalog_product_link_attribute": _LINK_TYPE,
    "catalog_product_link": Mirrored(
        owner=("composition", "product_id"), touches=(("link", "link_id"), ("part", "linked_product_id"))
    ),
    "catalog_product_bundle_option": Mirrored(owner=("composition", "parent_id")),
    "catalog_product_bundle_option_value": _BUNDLE,
    "catalog_product_bundle_selection": Mirrored(
        owner=("composition", "parent_product_id"), touches=(("part", "product_id"),)
    ),
    "catalog_product_bundle_selection_price": _BUNDLE,
    **{
        f"salesrule{ending}": Mirrored(owner=("sales_rule", "rule_id"))
        for ending in ("", "_website", "_customer_group", "_label", "_coupon", "_customer")
    },
    **{
        f"catalogrule{ending}": Mirrored(owner=("catalog_rule", "rule_id"))
        for ending in ("", "_website", "_customer_group")
    },
    "cms_page_store": Mirrored(owner=("cms_page_stores", "page_id")),
    "cms_page": Mirrored(owner=("cms_page", "identifier"), touches=(("cms_page_stores", "page_id"),)),
    "cms_block_store": Mirrored(owner=("cms_block_stores", "block_id")),
    "cms_block": Mirrored(owner=("cms_block", "identifier"), touches=(("cms_block_stores", "block_id"),)),
    "url_rewrite": Mirrored(owner=("address", "url_rewrite_id"), touches=(("old_path", "request_path"),)),
    "review_detail": Mirrored(owner=("review", "review_id"), touches=(("reviewer", "customer_id"),)),
    "review_store": _REVIEW,
    "rating_option_vote": _REVIEW,
    "review": _REVIEW,
    "wishlist_item_option": Mirrored(owner=("wish", "wishlist_item_id")),
    "wishlist_item": Mirrored(owner=("wishlist", "wishlist_id"), touches=(("wish", "wishlist_item_id"),)),
    "wishlist": Mirrored(owner=("wishlist", "wishlist_id")),
}

MIRROR = Mirror(rows=MagentoRow, touched=MagentoTouched, findings=MagentoFinding, tables=TABLES, job=JOB)


def is_kept(table: str, after: Row | None) -> bool:
    """Whether the catalogue keeps this row. Deletions are kept whatever the row was: it may not have been here."""
    if table == "core_config_data" and after is not None:
        return (after.get("path") or "").startswith(SETTINGS)
    return table in TABLES
