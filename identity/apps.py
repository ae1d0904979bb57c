"""Django app: label and database alias."""

import sys
from typing import Any

from django.db.models.signals import post_migrate

from chassis.apps import DomainConfig

SEARCH_PATH = "public,staff,customers"
"""Staff and customers are two populations in two schemas: a grant on one says nothing of the other."""


def bring_up_to_date(*, using: str, verbosity: int, stdout: Any = None, **_: Any) -> None:
    """After `migrate`: roles that are still as an earlier release shipped them get what this one ships."""
    from identity.user.shipping import ship_roles

    if using == IdentityConfig.alias:
        for line in ship_roles():
            if verbosity:
                print(f"  {line}", file=stdout or sys.stdout)


class IdentityConfig(DomainConfig):
    name = "identity"
    label = "identity"
    alias = "identity"

    def ready(self) -> None:
        super().ready()
        post_migrate.connect(bring_up_to_date, sender=self)
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
