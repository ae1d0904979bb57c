"""Logistics' part of Magento's own REST dialect: stock items, stock statuses, what may be sold. Reads only.

Answered from the shop's rows as capture keeps them (`logistics.legacy.rows`), so that it is what the shop would say and
not what this warehouse has sent since. What is a product's and no stock's, such as what it is made of, comes with the
question. What cannot be answered as Magento would is `NotHere`: the router asks the shop itself.
"""
