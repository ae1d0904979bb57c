"""One drawing function per kind of product, in modules by department. A figure draws on a canvas of 100 by
100 units, origin top left, in shades of one colour; it knows nothing of files, sizes or products.
"""
