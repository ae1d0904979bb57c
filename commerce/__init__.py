"""Commerce.

Owns: carts, checkout, orders, payments, invoices and credit notes.
Publishes: order_placed and what follows an order, documents, stock, confirmation and cancellation requests.
Needs: availability and reservations from logistics, quotes from catalog, gift cards, credit and points
from postpurchase, tokens and revoked sessions from identity; rows of a Magento shop while one is left (`legacy/`).
Never: computes prices or taxes, counts stock, or calls a provider inside a transaction.
"""
