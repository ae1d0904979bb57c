"""The one table of what is compared: how it is called, whose it is, and who reads it there and here."""

from config.parity.comparing import Entity
from config.parity.magento import contents as their_contents
from config.parity.magento import customers as their_customers
from config.parity.magento import documents as their_documents
from config.parity.magento import orders as their_orders
from config.parity.magento import prices as their_prices
from config.parity.magento import products as their_products
from config.parity.magento import rates as their_rates
from config.parity.magento import shoppers as theirs
from config.parity.magento import stock as their_stock
from config.parity.magento import structure as their_structure
from config.parity.sixfold import (
    contents,
    customers,
    documents,
    orders,
    prices,
    products,
    rates,
    shoppers,
    stock,
    structure,
)

INVOICES, MEMOS, SHIPMENTS = "sales_invoice", "sales_creditmemo", "sales_shipment"

ENTITIES = (
    Entity("stores", "catalog", their_structure.store_keys, structure.keys_of("catalog_view"),
           their_structure.stores, structure.stores),
    Entity("attributes", "catalog", their_structure.attribute_keys, structure.keys_of("catalog_attribute"),
           their_structure.attributes, structure.attributes),
    Entity("categories", "catalog", their_structure.category_keys, structure.keys_of("catalog_category"),
           their_structure.categories, structure.categories),
    Entity("products", "catalog", their_products.keys, products.keys, their_products.records, products.records),
    Entity("prices", "catalog", their_products.keys, products.keys, their_prices.records, prices.records,
           their_prices.figures),
    Entity("taxes", "catalog", their_rates.tax_keys, rates.tax_keys, their_rates.taxes, rates.taxes),
    Entity("rules", "catalog", their_rates.rule_keys, rates.rule_keys, their_rates.rules, rates.rules),
    Entity("contents", "catalog", their_contents.content_keys, contents.content_keys,
           their_contents.contents, contents.contents),
    Entity("redirects", "catalog", their_contents.redirect_keys, contents.redirect_keys,
           their_contents.redirects, contents.redirects),
    Entity("reviews", "catalog", theirs.review_keys, structure.keys_of("catalog_review"),
           theirs.reviews, shoppers.reviews),
    Entity("wishlists", "catalog", theirs.wishlist_keys, shoppers.wishlist_keys, theirs.wishlists, shoppers.wishlists),
    Entity("stock", "logistics", their_stock.keys, stock.keys, their_stock.records, stock.records, their_stock.figures),
    Entity("customers", "identity", their_customers.keys, customers.keys, their_customers.records, customers.records,
           their_customers.figures),
    Entity("orders", "commerce", their_orders.keys, orders.keys, their_orders.records, orders.records,
           their_orders.figures),
    Entity("invoices", "commerce", their_documents.keys_of(INVOICES), documents.keys_of("invoice"),
           their_documents.documents(INVOICES), documents.documents("invoice"), their_documents.figures),
    Entity("creditmemos", "commerce", their_documents.keys_of(MEMOS), documents.keys_of("creditmemo"),
           their_documents.documents(MEMOS), documents.documents("creditmemo"), their_documents.figures),
    Entity("shipments", "commerce", their_documents.keys_of(SHIPMENTS),
           documents.keys_of("shipment", "commerce_ordershipment"), their_documents.shipments, documents.parcels),
)  # fmt: skip

BY_NAME = {entity.name: entity for entity in ENTITIES}
