"""Catalog.

Owns: channels, views, products, categories, prices, promotions and search.
Publishes: channel, view, product, promotion and page changes, reviews, searches, answers to who redeems.
Needs: availability from logistics, redemptions and what becomes of orders from commerce, channel groups and revoked
sessions from identity; rows of a Magento shop while one is left (`legacy/`).
Never: holds stock on hand, carts or orders.
"""
