"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class OperationsAlone(StandaloneConfig):
    name = "operations.standalone"
    label = "platform_standalone"
