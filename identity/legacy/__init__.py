"""What the rows of a Magento database mean for customers. Deleted when a migration is over, and with it the copies of
personal data that it keeps.

Rows come as `magento.*` events, are kept encrypted in `LegacyRow`, and groups, customers and address books are made
from them by a job. Nothing else in identity imports this package but `subscriptions`, `jobs` and `models`. The
verification of old passwords is not here: it outlives the migration (`identity.auth.passwords`).
"""
