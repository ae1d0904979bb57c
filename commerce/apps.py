"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class CommerceConfig(DomainConfig):
    name = "commerce"
    label = "commerce"
    alias = "commerce"
