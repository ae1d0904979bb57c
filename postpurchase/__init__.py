"""Postpurchase.

Owns: returns, points, store credit and gift-card ledgers.
Publishes: points and return events.
Needs: orders and payments from commerce.
Never: edits a ledger entry, or refunds more than was paid.
"""
