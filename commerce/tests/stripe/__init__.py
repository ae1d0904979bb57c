"""A local double that speaks Stripe's HTTP, for the adapter and the official library under it."""
