"""Adding goods to an order that was placed: priced by catalog, reserved, paid for, then on the order and its list."""
