"""Promotions.

Owns: catalog rules and cart rules, coupons, and who has redeemed what. Never: knows an order, or takes money.

`facts`, `conditions`, `checking`, `wording`, `actions`, `giving` and `evaluation` are pure: no database, no clock, no
Django. A rule's conditions and actions are data, so that they can be stored, shown, tried and explained.
"""
