"""Files that are sold: their storage, the grants that payment brings, and links that expire.

The files lie under `private/` in the storage, which no public address leads to. Never knows who a guest is: a key that
commerce gives with the order opens the order's downloads.
"""
