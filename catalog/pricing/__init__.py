"""Prices and tax.

Owns: base and special prices per channel, tax rates, price blocks. Never: knows what a product is called.
"""
