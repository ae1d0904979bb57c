"""What checkouts hold of gift cards, store credit and points, and what becomes of it: taken, given back, refunded."""
