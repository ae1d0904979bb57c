"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class PlatformConfig(DomainConfig):
    name = "operations"
    label = "platform"
    alias = "platform"
