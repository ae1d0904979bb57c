"""What Magento shows, read out of its tables by rules written down here and nowhere else.

Nothing of any `legacy/` is used: what carries the rows and what checks them must not share a mistake.
"""
