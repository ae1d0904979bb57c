"""Points: an append-only ledger of what paid orders earn and checkouts burn."""
