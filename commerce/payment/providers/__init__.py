"""Payment providers: who holds a card's money, each behind the same interface.

A new one is a class with the members of `interface.Provider`, a row in `registry.py` and an address in `urls.py`.
"""
