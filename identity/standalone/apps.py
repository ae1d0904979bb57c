"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class IdentityAlone(StandaloneConfig):
    name = "identity.standalone"
    label = "identity_standalone"
