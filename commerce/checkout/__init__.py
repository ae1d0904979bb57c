"""Carts and the place-order saga. Owns what a shopper is about to buy; never prices it and never counts stock."""
