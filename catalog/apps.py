"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class CatalogConfig(DomainConfig):
    name = "catalog"
    label = "catalog"
    alias = "catalog"
