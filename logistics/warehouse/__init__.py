"""Sources and stock. The only slice that writes `on_hand` and `reserved`.

Locks are always taken in this order, each sorted by id: reservations, stock items, availability rows.
"""
