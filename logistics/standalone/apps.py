"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class LogisticsAlone(StandaloneConfig):
    name = "logistics.standalone"
    label = "logistics_standalone"
