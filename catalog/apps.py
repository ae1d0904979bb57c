"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class CatalogConfig(DomainConfig):
    name = "catalog"
    label = "catalog"
    alias = "catalog"

    def ready(self) -> None:
        super().ready()
        from catalog.catalog.channel_groups import channel_group_of
        from catalog.search import lag
        from chassis.access.groups import register_groups, remembered

        # Views are its own here, no copies.
        register_groups(self.label, remembered(channel_group_of))
        lag.register()
