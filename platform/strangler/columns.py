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
    "directory_currency_rate": "currency_from currency_to rate",
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
    "sales_order": (
        "entity_id state status coupon_code protect_code shipping_description is_virtual store_id customer_id "
        "base_discount_amount base_discount_canceled base_discount_invoiced base_discount_refunded "
        "base_grand_total base_shipping_amount base_shipping_canceled base_shipping_invoiced "
        "base_shipping_refunded base_shipping_tax_amount base_shipping_tax_refunded base_subtotal "
        "base_subtotal_canceled base_subtotal_invoiced base_subtotal_refunded base_tax_amount "
        "base_tax_canceled base_tax_invoiced base_tax_refunded base_to_global_rate base_to_order_rate "
        "base_total_canceled base_total_invoiced base_total_invoiced_cost base_total_offline_refunded "
        "base_total_online_refunded base_total_paid base_total_qty_ordered base_total_refunded "
        "discount_amount discount_canceled discount_invoiced discount_refunded grand_total shipping_amount "
        "shipping_canceled shipping_invoiced shipping_refunded shipping_tax_amount shipping_tax_refunded "
        "store_to_base_rate store_to_order_rate subtotal subtotal_canceled subtotal_invoiced "
        "subtotal_refunded tax_amount tax_canceled tax_invoiced tax_refunded total_canceled total_invoiced "
        "total_offline_refunded total_online_refunded total_paid total_qty_ordered total_refunded "
        "can_ship_partially can_ship_partially_item customer_is_guest customer_note_notify billing_address_id "
        "customer_group_id edit_increment email_sent send_email forced_shipment_with_invoice "
        "payment_auth_expiration quote_address_id quote_id shipping_address_id adjustment_negative "
        "adjustment_positive base_adjustment_negative base_adjustment_positive base_shipping_discount_amount "
        "base_subtotal_incl_tax base_total_due payment_authorization_amount shipping_discount_amount "
        "subtotal_incl_tax total_due weight customer_dob increment_id applied_rule_ids base_currency_code "
        "customer_email customer_firstname customer_lastname customer_middlename customer_prefix "
        "customer_suffix customer_taxvat discount_description ext_customer_id ext_order_id "
        "global_currency_code hold_before_state hold_before_status order_currency_code original_increment_id "
        "relation_child_id relation_child_real_id relation_parent_id relation_parent_real_id remote_ip "
        "shipping_method store_currency_code store_name x_forwarded_for customer_note created_at updated_at "
        "total_item_count customer_gender discount_tax_compensation_amount "
        "base_discount_tax_compensation_amount shipping_discount_tax_compensation_amount "
        "base_shipping_discount_tax_compensation_amnt discount_tax_compensation_invoiced "
        "base_discount_tax_compensation_invoiced discount_tax_compensation_refunded "
        "base_discount_tax_compensation_refunded shipping_incl_tax base_shipping_incl_tax coupon_rule_name "
        "gift_message_id paypal_ipn_customer_notified dispute_status"
    ),
    "sales_order_item": (
        "item_id order_id parent_item_id quote_item_id store_id created_at updated_at product_id product_type "
        "product_options weight is_virtual sku name description applied_rule_ids additional_data "
        "is_qty_decimal no_discount qty_backordered qty_canceled qty_invoiced qty_ordered qty_refunded "
        "qty_shipped base_cost price base_price original_price base_original_price tax_percent tax_amount "
        "base_tax_amount tax_invoiced base_tax_invoiced discount_percent discount_amount base_discount_amount "
        "discount_invoiced base_discount_invoiced amount_refunded base_amount_refunded row_total "
        "base_row_total row_invoiced base_row_invoiced row_weight base_tax_before_discount "
        "tax_before_discount ext_order_item_id locked_do_invoice locked_do_ship price_incl_tax "
        "base_price_incl_tax row_total_incl_tax base_row_total_incl_tax discount_tax_compensation_amount "
        "base_discount_tax_compensation_amount discount_tax_compensation_invoiced "
        "base_discount_tax_compensation_invoiced discount_tax_compensation_refunded "
        "base_discount_tax_compensation_refunded tax_canceled discount_tax_compensation_canceled tax_refunded "
        "base_tax_refunded discount_refunded base_discount_refunded weee_tax_applied weee_tax_applied_amount "
        "weee_tax_applied_row_amount weee_tax_disposition weee_tax_row_disposition "
        "base_weee_tax_applied_amount base_weee_tax_applied_row_amnt base_weee_tax_disposition "
        "base_weee_tax_row_disposition gift_message_id gift_message_available free_shipping"
    ),
    "sales_order_address": (
        "entity_id parent_id customer_address_id quote_address_id region_id customer_id fax region postcode "
        "lastname street city email telephone country_id firstname address_type prefix middlename suffix "
        "company vat_id vat_is_valid vat_request_id vat_request_date vat_request_success"
    ),
    "sales_order_payment": (
        "entity_id parent_id base_shipping_captured shipping_captured amount_refunded base_amount_paid "
        "amount_canceled base_amount_authorized base_amount_paid_online base_amount_refunded_online "
        "base_shipping_amount shipping_amount amount_paid amount_authorized base_amount_ordered "
        "base_shipping_refunded shipping_refunded base_amount_refunded amount_ordered base_amount_canceled "
        "quote_payment_id additional_data cc_exp_month cc_ss_start_year echeck_bank_name method "
        "cc_debug_request_body cc_secure_verify protection_eligibility cc_approval cc_last_4 "
        "cc_status_description echeck_type cc_debug_response_serialized cc_ss_start_month echeck_account_type "
        "last_trans_id cc_cid_status cc_owner cc_type po_number cc_exp_year cc_status echeck_routing_number "
        "account_status anet_trans_method cc_debug_response_body cc_ss_issue echeck_account_name "
        "cc_avs_status cc_number_enc cc_trans_id address_status additional_information"
    ),
    "sales_order_status_history": (
        "entity_id parent_id is_customer_notified is_visible_on_front comment status created_at entity_name"
    ),
    "sales_order_tax": (
        "tax_id order_id code title percent amount priority position base_amount process base_real_amount"
    ),
    "sales_order_tax_item": (
        "tax_item_id tax_id item_id tax_percent amount base_amount real_amount real_base_amount "
        "associated_item_id taxable_item_type"
    ),
    "sales_payment_transaction": (
        "transaction_id parent_id order_id payment_id txn_id parent_txn_id txn_type is_closed "
        "additional_information created_at"
    ),
    "sales_order_status": "status label",
    "sales_order_status_state": "status state is_default visible_on_front",
    "sales_order_status_label": "status store_id label",
    "gift_message": "gift_message_id customer_id sender recipient message",
    "inventory_pickup_location_order": "order_id pickup_location_code",
    "sales_invoice": (
        "entity_id store_id base_grand_total shipping_tax_amount tax_amount base_tax_amount "
        "store_to_order_rate base_shipping_tax_amount base_discount_amount base_to_order_rate grand_total "
        "shipping_amount subtotal_incl_tax base_subtotal_incl_tax store_to_base_rate base_shipping_amount "
        "total_qty base_to_global_rate subtotal base_subtotal discount_amount billing_address_id "
        "is_used_for_refund order_id email_sent send_email can_void_flag state shipping_address_id "
        "store_currency_code transaction_id order_currency_code base_currency_code global_currency_code "
        "increment_id created_at updated_at discount_tax_compensation_amount "
        "base_discount_tax_compensation_amount shipping_discount_tax_compensation_amount "
        "base_shipping_discount_tax_compensation_amnt shipping_incl_tax base_shipping_incl_tax "
        "base_total_refunded discount_description customer_note customer_note_notify"
    ),
    "sales_invoice_item": (
        "entity_id parent_id base_price tax_amount base_row_total discount_amount row_total "
        "base_discount_amount price_incl_tax base_tax_amount base_price_incl_tax qty base_cost price "
        "base_row_total_incl_tax row_total_incl_tax product_id order_item_id additional_data description sku "
        "name discount_tax_compensation_amount base_discount_tax_compensation_amount tax_ratio "
        "weee_tax_applied weee_tax_applied_amount weee_tax_applied_row_amount weee_tax_disposition "
        "weee_tax_row_disposition base_weee_tax_applied_amount base_weee_tax_applied_row_amnt "
        "base_weee_tax_disposition base_weee_tax_row_disposition"
    ),
    "sales_invoice_comment": ("entity_id parent_id is_customer_notified is_visible_on_front comment created_at"),
    "sales_shipment": (
        "entity_id store_id total_weight total_qty email_sent send_email order_id customer_id "
        "shipping_address_id billing_address_id shipment_status increment_id created_at updated_at packages "
        "shipping_label customer_note customer_note_notify"
    ),
    "sales_shipment_item": (
        "entity_id parent_id row_total price weight qty product_id order_item_id additional_data description name sku"
    ),
    "sales_shipment_comment": ("entity_id parent_id is_customer_notified is_visible_on_front comment created_at"),
    "sales_shipment_track": (
        "entity_id parent_id weight qty order_id track_number description title carrier_code created_at updated_at"
    ),
    "inventory_shipment_source": "shipment_id source_code",
    "sales_creditmemo": (
        "entity_id store_id adjustment_positive base_shipping_tax_amount store_to_order_rate "
        "base_discount_amount base_to_order_rate grand_total base_adjustment_negative base_subtotal_incl_tax "
        "shipping_amount subtotal_incl_tax adjustment_negative base_shipping_amount store_to_base_rate "
        "base_to_global_rate base_adjustment base_subtotal discount_amount subtotal adjustment "
        "base_grand_total base_adjustment_positive base_tax_amount shipping_tax_amount tax_amount order_id "
        "email_sent send_email creditmemo_status state shipping_address_id billing_address_id invoice_id "
        "store_currency_code order_currency_code base_currency_code global_currency_code transaction_id "
        "increment_id created_at updated_at discount_tax_compensation_amount "
        "base_discount_tax_compensation_amount shipping_discount_tax_compensation_amount "
        "base_shipping_discount_tax_compensation_amnt shipping_incl_tax base_shipping_incl_tax "
        "discount_description customer_note customer_note_notify"
    ),
    "sales_creditmemo_item": (
        "entity_id parent_id base_price tax_amount base_row_total discount_amount row_total "
        "base_discount_amount price_incl_tax base_tax_amount base_price_incl_tax qty base_cost price "
        "base_row_total_incl_tax row_total_incl_tax product_id order_item_id additional_data description sku "
        "name discount_tax_compensation_amount base_discount_tax_compensation_amount tax_ratio "
        "weee_tax_applied weee_tax_applied_amount weee_tax_applied_row_amount weee_tax_disposition "
        "weee_tax_row_disposition base_weee_tax_applied_amount base_weee_tax_applied_row_amnt "
        "base_weee_tax_disposition base_weee_tax_row_disposition"
    ),
    "sales_creditmemo_comment": ("entity_id parent_id is_customer_notified is_visible_on_front comment created_at"),
}


def known_columns(table: str) -> frozenset[str]:
    """The columns of a carried table that this release understands."""
    return frozenset(_COLUMNS[table].split()) | STAGING
