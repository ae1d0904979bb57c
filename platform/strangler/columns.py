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
    "directory_country_region": "region_id country_id code default_name",
    "tax_calculation_rate": (
        "tax_calculation_rate_id tax_country_id tax_region_id tax_postcode code rate zip_is_range zip_from zip_to"
    ),
    "tax_calculation_rate_title": "tax_calculation_rate_title_id tax_calculation_rate_id store_id value",
    "tax_calculation_rule": "tax_calculation_rule_id code priority position calculate_subtotal",
    "tax_calculation": (
        "tax_calculation_id tax_calculation_rate_id tax_calculation_rule_id customer_tax_class_id product_tax_class_id"
    ),
    "catalog_product_option": (
        "option_id product_id type is_require sku max_characters file_extension image_size_x image_size_y sort_order"
    ),
    "catalog_product_option_title": "option_title_id option_id store_id title",
    "catalog_product_option_price": "option_price_id option_id store_id price price_type",
    "catalog_product_option_type_value": "option_type_id option_id sku sort_order",
    "catalog_product_option_type_title": "option_type_title_id option_type_id store_id title",
    "catalog_product_option_type_price": "option_type_price_id option_type_id store_id price price_type",
    "downloadable_link": (
        "link_id product_id sort_order number_of_downloads is_shareable link_url link_file link_type "
        "sample_url sample_file sample_type"
    ),
    "downloadable_link_price": "price_id link_id website_id price",
    "downloadable_link_title": "title_id link_id store_id title",
    "downloadable_sample": "sample_id product_id sample_url sample_file sample_type sort_order",
    "downloadable_sample_title": "title_id sample_id store_id title",
    "catalog_product_bundle_option": "option_id parent_id required position type",
    "catalog_product_bundle_option_value": "value_id option_id store_id title parent_product_id",
    "catalog_product_bundle_selection": (
        "selection_id option_id parent_product_id product_id position is_default selection_price_type "
        "selection_price_value selection_qty selection_can_change_qty"
    ),
    "catalog_product_bundle_selection_price": (
        "selection_id website_id selection_price_type selection_price_value parent_product_id"
    ),
    "catalog_product_link_type": "link_type_id code",
    "catalog_product_link_attribute": "product_link_attribute_id link_type_id product_link_attribute_code data_type",
    "catalog_product_link": "link_id product_id linked_product_id link_type_id",
    "catalog_product_link_attribute_int": "value_id product_link_attribute_id link_id value",
    "catalog_product_link_attribute_decimal": "value_id product_link_attribute_id link_id value",
    "catalog_product_link_attribute_varchar": "value_id product_link_attribute_id link_id value",
    "cms_page": (
        "page_id title page_layout meta_keywords meta_description identifier content_heading content "
        "creation_time update_time is_active sort_order layout_update_xml custom_theme "
        "custom_root_template custom_layout_update_xml layout_update_selected custom_theme_from "
        "custom_theme_to meta_title"
    ),
    "cms_page_store": "page_id store_id",
    "cms_block": "block_id title identifier content creation_time update_time is_active",
    "cms_block_store": "block_id store_id",
    "url_rewrite": (
        "url_rewrite_id entity_type entity_id request_path target_path redirect_type store_id "
        "description is_autogenerated metadata"
    ),
    "rating_option_vote": (
        "vote_id option_id remote_ip remote_ip_long customer_id entity_pk_value rating_id review_id percent value"
    ),
    "review_detail": "detail_id review_id store_id title detail nickname customer_id",
    "review_store": "review_id store_id",
    "review": "review_id created_at entity_id entity_pk_value status_id",
    "wishlist_item_option": "option_id wishlist_item_id product_id code value",
    "wishlist_item": "wishlist_item_id wishlist_id product_id store_id added_at description qty",
    "wishlist": "wishlist_id customer_id shared sharing_code updated_at",
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
