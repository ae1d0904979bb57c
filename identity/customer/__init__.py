"""Customers: accounts, address book, groups, and where they may sign in."""
