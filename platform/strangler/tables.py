"""Which Magento table is what: the map that assessment and extraction read.

Owns: every table of Magento Open Source 2.4 and the Adobe Commerce tables that hold a merchant's records,
each under exactly one entity with its key and its fate. A table that no line here names is not
understood, and the assessment says so; nothing is left out because nobody thought of it.
"""

import enum
import fnmatch
from dataclasses import dataclass
from functools import cache

from contracts.magento import (
    AttributeRowChanged,
    CatalogRowChanged,
    CustomerRowChanged,
    OrderRowChanged,
    ProductRowChanged,
    RowChanged,
    RuleRowChanged,
    ScopeRowChanged,
    StockRowChanged,
)


class Fate(enum.StrEnum):
    """What happens to a table's rows."""

    CARRIED = "carried"  # extracted as row events
    PARKED = "parked"  # understood and counted, not extracted by this release
    NEVER = "never"  # rebuilt, transient or Magento's own business: of no use elsewhere


@dataclass(frozen=True, kw_only=True)
class Entity:
    """What a merchant would call it, its tables with their key columns, and why it is not carried.

    `event` is the type under which its rows are published; only a carried entity has one.
    """

    name: str
    fate: Fate
    tables: dict[str, tuple[str, ...]]
    count: str = ""  # the table whose rows are the entity's records; the first one if empty
    why: str = ""
    event: type[RowChanged] | None = None

    @property
    def counted(self) -> str:
        """The table whose rows are counted as records of this entity."""
        return self.count or next(iter(self.tables))


def _tables(text: str) -> dict[str, tuple[str, ...]]:
    """`table=key,key` words as a dictionary; `base+_varchar+_int=key` stands for each ending."""
    found: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        names, _, key = word.partition("=")
        base, *endings = names.split("+")
        for name in [base + ending for ending in endings] or [base]:
            found[name] = tuple(part for part in key.split(",") if part)
    return found


_VALUES = "+_varchar+_int+_decimal+_text+_datetime=value_id"


def _carried(name: str, event: type[RowChanged], text: str, *, count: str = "") -> Entity:
    return Entity(name=name, fate=Fate.CARRIED, tables=_tables(text), count=count, event=event)


def _parked(name: str, text: str, why: str = "a later release") -> Entity:
    return Entity(name=name, fate=Fate.PARKED, tables=_tables(text), why=why)


def _never(name: str, text: str, why: str) -> Entity:
    return Entity(name=name, fate=Fate.NEVER, tables=_tables(text), why=why)


# The order is the order of extraction: what others refer to comes first.
ENTITIES: tuple[Entity, ...] = (
    _carried("stores", ScopeRowChanged, "store_website=website_id store_group=group_id store=store_id", count="store"),
    _carried("configuration", ScopeRowChanged, "core_config_data=config_id"),
    _carried("customer groups", ScopeRowChanged, "customer_group=customer_group_id"),
    _carried("attributes", AttributeRowChanged, """
        eav_entity_type=entity_type_id eav_attribute=attribute_id eav_attribute_set=attribute_set_id
        eav_attribute_group=attribute_group_id eav_entity_attribute=entity_attribute_id
        eav_attribute_option=option_id eav_attribute_option_value=value_id
        eav_attribute_option_swatch=swatch_id eav_attribute_label=attribute_label_id
        catalog_eav_attribute=attribute_id customer_eav_attribute=attribute_id""", count="eav_attribute"),
    _carried("currency rates", CatalogRowChanged, "directory_currency_rate=currency_from,currency_to"),
    _carried("tax classes", CatalogRowChanged, "tax_class=class_id"),
    _carried("regions", CatalogRowChanged, "directory_country_region=region_id"),
    _carried("tax rules", CatalogRowChanged, """
        tax_calculation_rate=tax_calculation_rate_id tax_calculation_rate_title=tax_calculation_rate_title_id
        tax_calculation_rule=tax_calculation_rule_id tax_calculation=tax_calculation_id""",
        count="tax_calculation_rule"),
    _carried("categories", CatalogRowChanged, f"""
        catalog_category_entity=entity_id catalog_category_entity{_VALUES}"""),
    _carried("products", ProductRowChanged, "catalog_product_entity=entity_id"),
    _carried("product values", CatalogRowChanged, f"""
        catalog_product_entity{_VALUES}
        catalog_product_website=product_id,website_id catalog_product_relation=parent_id,child_id
        catalog_category_product=entity_id,category_id,product_id"""),
    _carried("tier prices", CatalogRowChanged, "catalog_product_entity_tier_price=value_id"),
    _carried("configurable options", CatalogRowChanged, """
        catalog_product_super_attribute=product_super_attribute_id
        catalog_product_super_attribute_label=value_id catalog_product_super_link=link_id"""),
    _carried("custom options", CatalogRowChanged, """
        catalog_product_option=option_id catalog_product_option_title=option_title_id
        catalog_product_option_price=option_price_id catalog_product_option_type_value=option_type_id
        catalog_product_option_type_title=option_type_title_id
        catalog_product_option_type_price=option_type_price_id"""),
    _carried("downloads", CatalogRowChanged, """
        downloadable_link=link_id downloadable_link_price=price_id downloadable_link_title=title_id
        downloadable_sample=sample_id downloadable_sample_title=title_id"""),
    _carried("bundle options", CatalogRowChanged, """
        catalog_product_bundle_option=option_id catalog_product_bundle_option_value=value_id
        catalog_product_bundle_selection=selection_id
        catalog_product_bundle_selection_price=selection_id,parent_product_id,website_id"""),
    _carried("product links", CatalogRowChanged, """
        catalog_product_link_type=link_type_id catalog_product_link_attribute=product_link_attribute_id
        catalog_product_link=link_id
        catalog_product_link_attribute+_int+_decimal+_varchar=value_id""", count="catalog_product_link"),
    _carried("media", CatalogRowChanged, """
        catalog_product_entity_media_gallery=value_id catalog_product_entity_media_gallery_value=record_id
        catalog_product_entity_media_gallery_value_to_entity=value_id,entity_id"""),
    _carried("stock", StockRowChanged, """
        inventory_source=source_code inventory_stock=stock_id
        inventory_source_stock_link=link_id inventory_stock_sales_channel=type,code
        cataloginventory_stock_item=item_id inventory_source_item=source_item_id
        inventory_reservation=reservation_id""",
        count="inventory_source_item"),
    _carried("customers", CustomerRowChanged, f"""
        customer_entity=entity_id customer_entity{_VALUES}""",
        count="customer_entity"),
    _carried("customer addresses", CustomerRowChanged, f"""
        customer_address_entity=entity_id customer_address_entity{_VALUES}"""),
    _carried("cart price rules", RuleRowChanged, """
        salesrule=rule_id salesrule_website=rule_id,website_id salesrule_label=label_id
        salesrule_customer_group=rule_id,customer_group_id salesrule_coupon=coupon_id
        salesrule_coupon_usage=coupon_id,customer_id salesrule_customer=rule_customer_id"""),
    _carried("catalogue price rules", RuleRowChanged, """
        catalogrule=rule_id catalogrule_website=rule_id,website_id
        catalogrule_customer_group=rule_id,customer_group_id"""),
    _carried("content", CatalogRowChanged, """
        cms_page=page_id cms_page_store=page_id,store_id cms_block=block_id cms_block_store=block_id,store_id"""),
    _carried("URL rewrites", CatalogRowChanged, "url_rewrite=url_rewrite_id"),
    _carried("reviews and ratings", CatalogRowChanged, """
        rating_option_vote=vote_id review_detail=detail_id review_store=review_id,store_id
        review=review_id""", count="review"),
    _carried("wish lists", CatalogRowChanged, """
        wishlist_item_option=option_id wishlist_item=wishlist_item_id wishlist=wishlist_id""", count="wishlist"),
    _carried("orders", OrderRowChanged, """
        sales_order_status=status sales_order_status_state=status,state sales_order_status_label=status,store_id
        gift_message=gift_message_id sales_order=entity_id sales_order_item=item_id sales_order_address=entity_id
        sales_order_payment=entity_id sales_order_status_history=entity_id sales_order_tax=tax_id
        sales_order_tax_item=tax_item_id sales_payment_transaction=transaction_id
        inventory_pickup_location_order=order_id""", count="sales_order"),
    _carried("invoices", OrderRowChanged, """
        sales_invoice=entity_id sales_invoice_item=entity_id sales_invoice_comment=entity_id"""),
    _carried("shipments", OrderRowChanged, """
        sales_shipment=entity_id sales_shipment_item=entity_id sales_shipment_comment=entity_id
        sales_shipment_track=entity_id inventory_shipment_source=shipment_id"""),
    _carried("credit memos", OrderRowChanged, """
        sales_creditmemo=entity_id sales_creditmemo_item=entity_id sales_creditmemo_comment=entity_id"""),
    _parked("product videos", "catalog_product_entity_media_gallery_value_video=value_id,store_id"),
    _parked("fixed product taxes", "weee_tax=value_id"),
    _parked("newsletter subscribers", "newsletter_subscriber=subscriber_id"),
    _parked("group and website exclusions", """
        customer_group_excluded_website=entity_id customer_eav_attribute_website=attribute_id,website_id"""),
    _parked("carts", """
        quote=entity_id quote_item=item_id quote_item_option=option_id quote_address=address_id
        quote_address_item=address_item_id quote_id_mask=entity_id,quote_id quote_payment=payment_id
        quote_shipping_rate=rate_id inventory_pickup_location_quote_address=address_id"""),
    _parked("bought downloads", """
        downloadable_link_purchased=purchased_id downloadable_link_purchased_item=item_id"""),
    _parked("number ranges", "sales_sequence_meta=meta_id sales_sequence_profile=profile_id",
        "numbers that are given here begin with their channel's code: no two meet"),
    _parked("shipping table rates", "shipping_tablerate=pk"),
    _parked("stock and price alerts", """
        product_alert_stock=alert_stock_id product_alert_price=alert_price_id
        inventory_low_stock_notification_configuration=source_code,sku"""),
    _parked("agreements and variables", """
        checkout_agreement=agreement_id checkout_agreement_store=agreement_id,store_id pagebuilder_template=template_id
        variable=variable_id variable_value=value_id"""),
    _parked("search terms", "search_query=query_id search_synonyms=group_id"),
    _parked("staff", """
        admin_user=user_id authorization_role=role_id authorization_rule=rule_id"""),
    _parked("gift cards", "magento_giftcardaccount=giftcardaccount_id magento_giftcardaccount_history=history_id"),
    _parked("store credit", "magento_customerbalance=balance_id magento_customerbalance_history=history_id"),
    _parked("reward points", "magento_reward=reward_id magento_reward_history=history_id"),
    _parked("returns", """
        magento_rma=entity_id magento_rma_item_entity=entity_id magento_rma_status_history=entity_id
        magento_rma_shipping_label=entity_id"""),
    _never("words of reviews", """
        review_entity=entity_id review_status=status_id rating=rating_id rating_entity=entity_id rating_option=option_id
        rating_store=rating_id,store_id rating_title=rating_id,store_id""",
        "names of what reviews and votes carry as numbers; a review here has one rating"),
    _never("legacy stock", "cataloginventory_stock=stock_id", "the default stock's row, replaced by sources"),
    _never("store-shared EAV", f"""
        eav_entity=entity_id eav_entity{_VALUES} eav_entity_store=entity_store_id
        eav_form_element=element_id eav_form_fieldset=fieldset_id eav_form_fieldset_label=fieldset_id,store_id
        eav_form_type=type_id eav_form_type_entity=type_id,entity_type_id
        customer_form_attribute=form_code,attribute_id""", "forms of Magento's own pages"),
    _never("old galleries", "catalog_product_entity_gallery=value_id", "unused since Magento 2.0"),
    _never("rebuilt catalogue data", """
        catalog_url_rewrite_product_category=url_rewrite_id catalogsearch_recommendations=id
        catalogrule_product=rule_product_id catalogrule_product_price=rule_product_price_id
        catalogrule_group_website=rule_id,customer_group_id,website_id
        salesrule_product_attribute=rule_id,website_id,customer_group_id,attribute_id
        cataloginventory_stock_status=product_id,website_id,stock_id
        rating_option_vote_aggregated=primary_id review_entity_summary=primary_id
        inventory_order_notification=order_id inventory_source_carrier_link=link_id
        inventory_geoname=entity_id""", "computed from what is carried"),
    _never("countries and regions", """
        directory_country=country_id directory_country_format=country_format_id
        directory_country_region_name=locale,region_id
        tfa_country_codes=country_id""", "shipped with every platform"),
    _never("sessions and visits", """
        session=session_id customer_visitor=visitor_id customer_log=log_id persistent_session=persistent_id
        admin_user_session=id catalog_compare_item=catalog_compare_item_id catalog_compare_list=list_id
        catalog_product_frontend_action=action_id login_as_customer=secret
        login_as_customer_assistance_allowed=customer_id magento_login_as_customer_log=log_id
        password_reset_request_event=id captcha_log=type,value sendfriend_log=log_id""",
        "lives as long as a visit"),
    _never("payment tokens", """
        vault_payment_token=entity_id
        vault_payment_token_order_payment_link=order_payment_id,payment_token_id
        paypal_billing_agreement=agreement_id paypal_billing_agreement_order=agreement_id,order_id
        paypal_cert=cert_id paypal_payment_transaction=transaction_id
        paypal_settlement_report=report_id paypal_settlement_report_row=row_id
        braintree_credit_prices=id braintree_transaction_details=entity_id""",
        "tokens belong to the provider: they move by its own export"),
    _never("access tokens and keys", """
        oauth_consumer=entity_id oauth_nonce=nonce,consumer_id oauth_token=entity_id
        oauth_token_request_log=log_id integration=integration_id jwt_auth_revoked=user_type_id,user_id
        admin_passwords=password_id admin_user_expiration=user_id tfa_user_config=config_id
        admin_adobe_ims_webapi=id adobe_user_profile=id""", "secrets of the old system"),
    _never("queues and jobs", """
        queue=id queue_lock=id queue_message=id queue_message_status=id queue_poison_pill=
        cron_schedule=schedule_id magento_bulk=id magento_operation=id magento_acknowledged_bulk=id
        mview_state=state_id indexer_state=state_id flag=flag_id import_history=history_id
        importexport_importdata=id""", "the old system's own work"),
    _never("caches", "cache=id cache_tag=tag,cache_id", "rebuilt"),
    _never("modules and patches", "setup_module=module patch_list=patch_id", "read by the assessment only"),
    _never("themes and layout", """
        theme=theme_id theme_file=theme_files_id layout_link=layout_link_id layout_update=layout_update_id
        widget=widget_id widget_instance=instance_id widget_instance_page=page_id
        widget_instance_page_layout=layout_update_id,page_id design_change=design_change_id
        translation=key_id ui_bookmark=bookmark_id email_template=template_id sitemap=sitemap_id
        googleoptimizer_code=code_id""", "Magento's own pages"),
    _never("newsletters sent", """
        newsletter_queue=queue_id newsletter_queue_link=queue_link_id newsletter_problem=problem_id
        newsletter_queue_store_link=queue_id,store_id newsletter_template=template_id""", "history of mailings"),
    _never("reports", """
        report_compared_product_index=index_id report_event=event_id report_event_types=event_type_id
        report_viewed_product_aggregated+_daily+_monthly+_yearly=id report_viewed_product_index=index_id
        reporting+_counts+_module_status+_orders+_system_updates+_users=entity_id
        sales_bestsellers_aggregated+_daily+_monthly+_yearly=id
        sales_invoiced_aggregated=id sales_invoiced_aggregated_order=id sales_order_aggregated_created=id
        sales_order_aggregated_updated=id sales_refunded_aggregated=id sales_refunded_aggregated_order=id
        sales_shipping_aggregated=id sales_shipping_aggregated_order=id
        salesrule_coupon_aggregated=id salesrule_coupon_aggregated+_order+_updated=id
        tax_order_aggregated+_created+_updated=id""", "computed from orders"),
    _never("notices to staff", """
        adminnotification_inbox=notification_id admin_system_messages=identity
        admin_analytics_usage_version_log=id release_notification_viewer_log=id""", "of the old admin"),
    _never("media library", """
        adobe_stock_asset=id adobe_stock_category=id adobe_stock_creator=id media_gallery_asset=id
        media_gallery_keyword=id media_gallery_asset_keyword=keyword_id,asset_id
        media_content_asset=entity_type,entity_id,field,asset_id""", "a register of files on disk"),
)  # fmt: skip

# Tables that are made by rule: each name pattern with the reason for never carrying what matches.
NEVER_PATTERNS: tuple[tuple[str, str], ...] = (
    ("*_cl", "change log of an index"),
    ("*data_exporter*", "outgoing feed of Adobe's services"),
    ("payment_services_*_hash", "outgoing feed of Adobe's services"),
    ("*_replica", "index being built"),
    ("*_tmp", "index being built"),
    ("*_idx", "index being built"),
    ("*_index", "index"),
    ("*_index_*", "index"),
    ("*_grid", "grid of the old admin"),
    ("*_grid_flat", "grid of the old admin"),
    ("catalog_product_flat_*", "flat copy of the catalogue"),
    ("catalog_category_flat_*", "flat copy of the catalogue"),
    ("inventory_stock_[0-9]*", "index of salable stock"),
    ("sequence_*_[0-9]*", "counter, read through the number ranges"),
)


# Columns that never leave the source: nobody needs them, and they are about a person or a secret. What a payment
# method noted of itself may hold tokens; `protect_code` opens a guest's order; a shipping label is a file.
WITHHELD = {
    table: frozenset(columns.split())
    for table, columns in {
        "rating_option_vote": "remote_ip remote_ip_long",
        "sales_order": "protect_code remote_ip x_forwarded_for",
        "sales_order_payment": """
            additional_data additional_information account_status address_status anet_trans_method cc_approval
            cc_avs_status cc_cid_status cc_debug_request_body cc_debug_response_body cc_debug_response_serialized
            cc_exp_month cc_exp_year cc_number_enc cc_owner cc_secure_verify cc_ss_issue cc_ss_start_month
            cc_ss_start_year cc_status cc_status_description cc_trans_id cc_type echeck_account_name
            echeck_account_type echeck_bank_name echeck_routing_number echeck_type protection_eligibility""",
        "sales_payment_transaction": "additional_information",
        "sales_shipment": "packages shipping_label",
    }.items()
}


@cache
def _entity_by_table() -> dict[str, Entity]:
    return {table: entity for entity in ENTITIES for table in entity.tables}


@dataclass(frozen=True, kw_only=True)
class Classified:
    """A table's fate, the entity it belongs to (empty for a pattern) and the reason if it is not carried."""

    fate: Fate
    entity: str
    why: str


def classify(table: str) -> Classified | None:
    """What a table (name without prefix) is; None when this map does not know it."""
    if entity := _entity_by_table().get(table):
        return Classified(fate=entity.fate, entity=entity.name, why=entity.why)
    for pattern, why in NEVER_PATTERNS:
        if fnmatch.fnmatchcase(table, pattern):
            return Classified(fate=Fate.NEVER, entity="", why=why)
    return None


@cache
def carried_tables() -> dict[str, tuple[str, ...]]:
    """Every carried table with its key columns, in the order of extraction."""
    return {t: key for e in ENTITIES if e.fate is Fate.CARRIED for t, key in e.tables.items()}


def parked_tables() -> tuple[str, ...]:
    """Every table that is understood, and not extracted by this release."""
    return tuple(table for entity in ENTITIES if entity.fate is Fate.PARKED for table in entity.tables)


def event_of(table: str) -> type[RowChanged]:
    """The event type under which a carried table's rows are published; LookupError for any other table."""
    entity = _entity_by_table().get(table)
    if entity is None or entity.event is None:
        raise LookupError(f"{table} is not carried")
    return entity.event
