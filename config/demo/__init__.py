"""The demo shop: a believable catalogue of our own invention, with people and a month of orders.

`shop.build(seed)` makes it all in memory, without Django, a database or a clock; `pictures.draw` draws a
product. Loading is another matter, done through the public commands of the domains, never by fixtures.
"""
