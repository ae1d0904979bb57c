"""Identity.

Owns: customers, staff, credentials, addresses and signing keys.
Publishes: what becomes of customers and their addresses, channel groups, revoked sessions.
Needs: channels and views from catalog; rows of a Magento shop while one is left (`legacy/`).
Never: lets a customer token open the admin, or a staff session shop.
"""
