"""Logistics.

Owns: sources, stock, reservations, picking and shipments.
Publishes: stock_reserved, reservation_failed, availability_changed, shipment_sent.
Needs: place-order requests from commerce, channels from catalog; rows of a Magento shop while one is left (`legacy/`).
Never: knows prices, or lets reservations pass what is available.
"""
