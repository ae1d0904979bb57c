"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class LogisticsConfig(DomainConfig):
    name = "logistics"
    label = "logistics"
    alias = "logistics"
