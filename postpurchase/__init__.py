"""Postpurchase.

Owns: returns, points, store credit and gift cards, and what checkouts hold of them.
Publishes: points and return events, answers to what checkouts want to pay with.
Needs: orders and payments from commerce, views from catalog, channel groups and revoked sessions from identity.
Never: edits a ledger entry, or refunds more than was paid.
"""
