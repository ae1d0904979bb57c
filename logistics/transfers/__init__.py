"""Goods under way between sources or from a supplier. In transit they lie nowhere, so nobody can reserve them."""
