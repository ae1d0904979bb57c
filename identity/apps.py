"""Django app: label and database alias."""

from typing import Any

from chassis.apps import DomainConfig

SEARCH_PATH = "public,staff,customers"
"""Staff and customers are two populations in two schemas: a grant on one says nothing of the other."""


class IdentityConfig(DomainConfig):
    name = "identity"
    label = "identity"
    alias = "identity"

    def ready(self) -> None:
        super().ready()
        from django.db import connections

        options: dict[str, Any] = connections.settings[self.alias].setdefault("OPTIONS", {})
        options["options"] = f"-c search_path={SEARCH_PATH}"
        from chassis.access.authentication import bind_keys
        from chassis.access.groups import register_groups
        from identity.auth.keys import published
        from identity.customer.queries import channel_group_of

        # Where identity runs, its own table is the nearest publisher; elsewhere TOKEN_KEYS_URL names the address.
        bind_keys(published)
        register_groups(self.label, channel_group_of)
