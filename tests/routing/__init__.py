"""Reads moved over: one address in front of a small old shop of our own and of us."""
