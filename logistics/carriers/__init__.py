"""Carriers: what they can be asked in this domain's words, and an adapter for each. Never knows an order.

A new carrier is a class with the members of `interface.Carrier` and a row in `registry.py`.
"""
