"""Channels, views, products, categories, and the documents that shoppers read.

Owns: everything a product page says, in every view, and the commands that change it. Never: computes a price
(pricing) or ranks a hit (search).
"""
