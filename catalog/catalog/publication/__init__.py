"""When a product is on sale in which channel: draft, scheduled, published, archived; and a look at it before that.

`Product.channels` says where it is published now. Only what that cannot say is kept here: a time to come, and what
was archived.
"""
