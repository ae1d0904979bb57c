"""Points: an append-only ledger. A balance is the sum of its entries and stored nowhere."""
