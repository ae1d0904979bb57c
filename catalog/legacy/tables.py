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
    "tax/calculation/price_includes_tax",
)

_PRODUCT = Mirrored(owner=("product", "entity_id"))
_PRODUCT_ID = Mirrored(owner=("product", "product_id"))
_CATEGORY = Mirrored(owner=("category", "entity_id"))

TABLES = {
    "store_website": Mirrored(owner=("website", "website_id")),
    "store_group": Mirrored(owner=("group", "group_id")),
    "store": Mirrored(owner=("store", "store_id")),
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
    "tax_class": Mirrored(owner=("tax_class", "class_id")),
    "customer_group": Mirrored(owner=("customer_group", "customer_group_id")),
    "catalog_category_entity": _CATEGORY,
    **{f"catalog_category_entity_{ending}": _CATEGORY for ending in VALUE_TABLES},
    "catalog_product_entity_media_gallery": Mirrored(owner=("picture", "value_id")),
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
    **{
        f"salesrule{ending}": Mirrored(owner=("sales_rule", "rule_id"))
        for ending in ("", "_website", "_customer_group", "_label", "_coupon", "_customer")
    },
    **{
        f"catalogrule{ending}": Mirrored(owner=("catalog_rule", "rule_id"))
        for ending in ("", "_website", "_customer_group")
    },
}

MIRROR = Mirror(rows=MagentoRow, touched=MagentoTouched, findings=MagentoFinding, tables=TABLES, job=JOB)


def is_kept(table: str, after: Row | None) -> bool:
    """Whether the catalogue keeps this row. Deletions are kept whatever the row was: it may not have been here."""
    if table == "core_config_data" and after is not None:
        return (after.get("path") or "").startswith(SETTINGS)
    return table in TABLES
