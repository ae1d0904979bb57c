"""Whether what was carried is what is there: Magento and this shop, field by field: `manage.py strangle parity`.

No domain may read another's tables, and none may read Magento's but by its events. This reads all of them, by the
roles that can write nothing and by a connection of its own to Magento, because it belongs to none of them. `magento/`
says what Magento shows, `sixfold/` what this shop shows, `facts` what differs and whether a known reason explains just
that. `results` keeps what was found, for staff to look at and for later phases to ask before they go on.

It never uses what carried the rows: a mistake made there must not be made here again.
"""
