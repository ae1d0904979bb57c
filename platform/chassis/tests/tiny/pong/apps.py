"""Django app of a tiny domain."""

from chassis.apps import DomainConfig


class PongConfig(DomainConfig):
    name = "chassis.tests.tiny.pong"
    label = "pong"
    alias = "logistics"
