"""What the rows of a Magento database mean for orders. Deleted when a migration is over.

Rows come as `magento.*` events, are kept in `LegacyRow`, and orders of history are made from them by a job, through
`commerce.history.importing`. Nothing else in commerce imports this package but `subscriptions`, `jobs` and `models`.
"""
