"""The roles that every installation starts with. Staff may change them and add others."""

ROLES: dict[str, tuple[str, ...]] = {
    "administrator": ("*",),
    "merchandiser": ("catalog.*", "logistics.*.view", "commerce.*.view", "platform.*.view"),
    "fulfilment": ("logistics.*", "commerce.*.view", "postpurchase.*"),
    "support": (
        "commerce.*",
        "postpurchase.*",
        "logistics.*.view",
        "catalog.*.view",
        "identity.customer.*",
        "identity.address.*",
        "platform.*.view",
    ),
    "viewer": ("*.*.view",),
}
