"""Which events this domain takes, and who handles them."""

SUBSCRIPTIONS = ()
