"""Addresses of an older shop, and where each leads now: kept for as long as somebody has them in a bookmark."""
