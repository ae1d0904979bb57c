"""Django app of a tiny domain."""

from chassis.apps import DomainConfig


class PingConfig(DomainConfig):
    name = "chassis.tests.tiny.ping"
    label = "ping"
    alias = "commerce"
