"""The quote of a whole cart: prices, promotions and tax put together, and how each figure came about.

Owns: no table. Never: changes anything; a quote is stored by who asked for it.
"""
