"""Gift cards and store credit: who holds how much, as append-only ledgers. Spending them is the tenders' affair."""
