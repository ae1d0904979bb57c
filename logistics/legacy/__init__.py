"""What the rows of a Magento database mean for stock. Deleted when a migration is over.

Rows come as `magento.*` events, are kept in `LegacyRow`, and sources, links and stock are made from them by a job,
through the warehouse's own commands. Nothing else in logistics imports this package but `subscriptions`, `jobs` and
`models`.
"""
