"""Promotions.

Will own: catalog rules, cart rules, coupons and their redemptions. Today nothing is promoted: the quote asks
no rule, and its explanations say so by saying nothing of one.
"""
