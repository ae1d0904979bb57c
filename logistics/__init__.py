"""Logistics.

Owns: sources, stock, reservations, sourcing, transfers, stock takes, picking, parcels, shipping rates and carriers.
Publishes: stock_reserved, reservation_failed, availability_changed, stock_level_changed, shipment_sent and more.
Needs: place-order requests from commerce, channels and weights from catalog; rows of a Magento shop while one is left
(`legacy/`).
Never: knows prices, or lets reservations pass what is available.
"""
