"""Products that are put together when they are bought: bundles, custom options, gift cards; and grouped products.

An option is a question that a line of the cart answers. A choice with a `component` is a bundle's: it is that product
which leaves the shelf. Never decides what something costs beyond its own surcharge: the quote does.
"""
