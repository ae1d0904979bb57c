"""Reservations: what checkouts and orders hold of the stock, taken and given back under locks in one order.

Owns: reservations and their allocations, which alone say who has what. Never: moves stock on hand but for a parcel that
leaves.
"""
