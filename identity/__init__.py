"""Identity.

Owns: customers, staff, credentials, addresses and signing keys.
Publishes: customer_registered and sessions revoked.
Needs: nothing.
Never: lets a customer token open the admin, or a staff session shop.
"""
