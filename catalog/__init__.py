"""Catalog.

Owns: channels, views, products, categories, prices, promotions and search.
Publishes: channel, view, product and price changes.
Needs: availability from logistics.
Never: holds stock on hand, carts or orders.
"""
