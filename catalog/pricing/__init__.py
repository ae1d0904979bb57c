"""Prices, tax, and the quote of a whole cart.

Owns: base and special prices per channel, tax rates, price blocks. Never: knows what a product is called.
"""
