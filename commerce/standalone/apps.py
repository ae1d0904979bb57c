"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class CommerceAlone(StandaloneConfig):
    name = "commerce.standalone"
    label = "commerce_standalone"
