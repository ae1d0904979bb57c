"""The columns that Magento 2.4 itself gives the carried tables; any other was added by an extension."""

STAGING = {"row_id", "created_in", "updated_in"}  # Adobe Commerce adds these to staged entities

_COLUMNS = {
    "store_website": "website_id code name sort_order default_group_id is_default",
    "store_group": "group_id website_id name root_category_id default_store_id code",
    "store": "store_id code website_id group_id name sort_order is_active",
    "core_config_data": "config_id scope scope_id path value updated_at",
    "eav_entity_type": (
        "entity_type_id entity_type_code entity_model attribute_model entity_table value_table_prefix "
        "entity_id_field is_data_sharing data_sharing_key default_attribute_set_id increment_model "
        "increment_per_store increment_pad_length increment_pad_char additional_attribute_table "
        "entity_attribute_collection"
    ),
    "eav_attribute": (
        "attribute_id entity_type_id attribute_code attribute_model backend_model backend_type "
        "backend_table frontend_model frontend_input frontend_label frontend_class source_model "
        "is_required is_user_defined default_value is_unique note"
    ),
    "eav_attribute_set": "attribute_set_id entity_type_id attribute_set_name sort_order",
    "eav_attribute_group": (
        "attribute_group_id attribute_set_id attribute_group_name sort_order default_id "
        "attribute_group_code tab_group_code"
    ),
    "eav_entity_attribute": (
        "entity_attribute_id entity_type_id attribute_set_id attribute_group_id attribute_id sort_order"
    ),
    "eav_attribute_option": "option_id attribute_id sort_order",
    "eav_attribute_option_value": "value_id option_id store_id value",
    "eav_attribute_option_swatch": "swatch_id option_id store_id type value",
    "eav_attribute_label": "attribute_label_id attribute_id store_id value",
    "catalog_eav_attribute": (
        "attribute_id frontend_input_renderer is_global is_visible is_searchable is_filterable "
        "is_comparable is_visible_on_front is_html_allowed_on_front is_used_for_price_rules "
        "is_filterable_in_search used_in_product_listing used_for_sort_by apply_to "
        "is_visible_in_advanced_search position is_wysiwyg_enabled is_used_for_promo_rules "
        "is_required_in_admin_store is_used_in_grid is_visible_in_grid is_filterable_in_grid "
        "search_weight is_pagebuilder_enabled additional_data"
    ),
    "customer_eav_attribute": (
        "attribute_id is_visible input_filter multiline_count validate_rules is_system sort_order "
        "data_model is_used_in_grid is_visible_in_grid is_filterable_in_grid is_searchable_in_grid "
        "grid_filter_condition_type"
    ),
    "tax_class": "class_id class_name class_type",
    "catalog_category_entity": (
        "entity_id attribute_set_id parent_id created_at updated_at path position level children_count"
    ),
    "catalog_category_entity_varchar": "value_id attribute_id store_id entity_id value",
    "catalog_category_entity_int": "value_id attribute_id store_id entity_id value",
    "catalog_category_entity_decimal": "value_id attribute_id store_id entity_id value",
    "catalog_category_entity_text": "value_id attribute_id store_id entity_id value",
    "catalog_category_entity_datetime": "value_id attribute_id store_id entity_id value",
    "catalog_product_entity": (
        "entity_id attribute_set_id type_id sku has_options required_options created_at updated_at"
    ),
    "catalog_product_entity_varchar": "value_id attribute_id store_id entity_id value",
    "catalog_product_entity_int": "value_id attribute_id store_id entity_id value",
    "catalog_product_entity_decimal": "value_id attribute_id store_id entity_id value",
    "catalog_product_entity_text": "value_id attribute_id store_id entity_id value",
    "catalog_product_entity_datetime": "value_id attribute_id store_id entity_id value",
    "catalog_product_website": "product_id website_id",
    "catalog_product_relation": "parent_id child_id",
    "catalog_category_product": "entity_id category_id product_id position",
    "catalog_product_super_attribute": "product_super_attribute_id product_id attribute_id position",
    "catalog_product_super_attribute_label": "value_id product_super_attribute_id store_id use_default value",
    "catalog_product_super_link": "link_id product_id parent_id",
    "catalog_product_entity_media_gallery": "value_id attribute_id value media_type disabled",
    "catalog_product_entity_media_gallery_value": ("value_id store_id entity_id label position disabled record_id"),
    "catalog_product_entity_media_gallery_value_to_entity": "value_id entity_id",
    "cataloginventory_stock_item": (
        "item_id product_id stock_id qty min_qty use_config_min_qty is_qty_decimal backorders "
        "use_config_backorders min_sale_qty use_config_min_sale_qty max_sale_qty "
        "use_config_max_sale_qty is_in_stock low_stock_date notify_stock_qty "
        "use_config_notify_stock_qty manage_stock use_config_manage_stock stock_status_changed_auto "
        "use_config_qty_increments qty_increments use_config_enable_qty_inc enable_qty_increments "
        "is_decimal_divided website_id"
    ),
    "inventory_source": (
        "source_code name enabled description latitude longitude country_id region_id region city "
        "street postcode contact_name email phone fax use_default_carrier_config "
        "is_pickup_location_active frontend_name frontend_description"
    ),
    "inventory_stock": "stock_id name",
    "inventory_source_stock_link": "link_id stock_id source_code priority",
    "inventory_stock_sales_channel": "type code stock_id",
    "inventory_source_item": "source_item_id source_code sku quantity status",
    "inventory_reservation": "reservation_id stock_id sku quantity metadata",
    "catalog_product_entity_tier_price": (
        "value_id entity_id all_groups customer_group_id qty value website_id percentage_value"
    ),
    "salesrule": (
        "rule_id name description from_date to_date uses_per_customer is_active conditions_serialized "
        "actions_serialized stop_rules_processing is_advanced product_ids sort_order simple_action discount_amount "
        "discount_qty discount_step apply_to_shipping times_used is_rss coupon_type use_auto_generation "
        "uses_per_coupon simple_free_shipping"
    ),
    "salesrule_website": "rule_id website_id",
    "salesrule_label": "label_id rule_id store_id label",
    "salesrule_customer_group": "rule_id customer_group_id",
    "salesrule_coupon": (
        "coupon_id rule_id code usage_limit usage_per_customer times_used expiration_date is_primary created_at type"
    ),
    "salesrule_coupon_usage": "coupon_id customer_id times_used",
    "salesrule_customer": "rule_customer_id rule_id customer_id times_used",
    "catalogrule": (
        "rule_id name description from_date to_date is_active conditions_serialized "
        "actions_serialized stop_rules_processing sort_order simple_action discount_amount"
    ),
    "catalogrule_website": "rule_id website_id",
    "catalogrule_customer_group": "rule_id customer_group_id",
    "customer_group": "customer_group_id customer_group_code tax_class_id",
    "customer_entity": (
        "entity_id website_id email group_id increment_id store_id created_at updated_at is_active "
        "disable_auto_group_change created_in prefix firstname middlename lastname suffix dob "
        "password_hash rp_token rp_token_created_at default_billing default_shipping taxvat "
        "confirmation gender failures_num first_failure lock_expires session_cutoff"
    ),
    "customer_entity_varchar": "value_id attribute_id entity_id value",
    "customer_entity_int": "value_id attribute_id entity_id value",
    "customer_entity_decimal": "value_id attribute_id entity_id value",
    "customer_entity_text": "value_id attribute_id entity_id value",
    "customer_entity_datetime": "value_id attribute_id entity_id value",
    "customer_address_entity": (
        "entity_id increment_id parent_id created_at updated_at is_active city company country_id fax "
        "firstname lastname middlename postcode prefix region region_id street suffix telephone "
        "vat_id vat_is_valid vat_request_date vat_request_id vat_request_success"
    ),
    "customer_address_entity_varchar": "value_id attribute_id entity_id value",
    "customer_address_entity_int": "value_id attribute_id entity_id value",
    "customer_address_entity_decimal": "value_id attribute_id entity_id value",
    "customer_address_entity_text": "value_id attribute_id entity_id value",
    "customer_address_entity_datetime": "value_id attribute_id entity_id value",
}


def known_columns(table: str) -> frozenset[str]:
    """The columns of a carried table that this release understands."""
    return frozenset(_COLUMNS[table].split()) | STAGING
