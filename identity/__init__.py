"""Identity.

Owns: customers, staff, credentials, addresses and signing keys.
Publishes: customer_registered and sessions revoked.
Needs: channels from catalog; rows of a Magento shop while one is left (`legacy/`).
Never: lets a customer token open the admin, or a staff session shop.
"""
