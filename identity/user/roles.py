"""The roles that every installation starts with. Staff may change them and add others.

A release that changes them here changes them in every installation where staff did not (`shipping`).

A grant is `label.model.action`; an action is view, add, change, delete or a button's name. Who may change a thing may
press all of its buttons; a role that shall do less is granted buttons one by one.
"""

ROLES: dict[str, tuple[str, ...]] = {
    "administrator": ("*",),
    "merchandiser": (
        "catalog.*",
        "logistics.*.view",
        "commerce.*.view",
        "postpurchase.*.view",
        "postpurchase.earnrule.*",
        "postpurchase.burnrule.*",
        "platform.*.view",
    ),
    # Moves goods, never money: returned parcels are taken in here, and decided on by support.
    "fulfilment": (
        "logistics.*",
        "commerce.order.view",
        "commerce.orderline.view",
        "commerce.orderevent.view",
        "postpurchase.returnrequest.view",
        "postpurchase.returnline.view",
        "postpurchase.returnrequest.receive",
    ),
    # Moves money, never goods.
    "support": (
        "commerce.*",
        "postpurchase.*",
        "logistics.*.view",
        "catalog.*.view",
        "identity.customer.*",
        "identity.address.*",
        "platform.*.view",
        "platform.message.resend",
    ),
    "viewer": ("*.*.view",),
}
