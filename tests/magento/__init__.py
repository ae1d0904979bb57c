"""A real Magento database in a MariaDB of its own, and the tests that need it."""
