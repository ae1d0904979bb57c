"""Gift cards that are bought: issued when their order is paid, taken back when it is cancelled or staff say so.

Money that was paid for a gift card goes back only as it is taken off the card, by this slice's word; commerce leaves it
out of every other refund. So nobody is paid back what the card has bought meanwhile.

Locks: the order's row here first, then its cards.
"""
