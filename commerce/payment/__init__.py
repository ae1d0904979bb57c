"""Payments: authorise, capture, void, refund, with an append-only ledger. Never knows an order's lines."""
