"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class PostpurchaseAlone(StandaloneConfig):
    name = "postpurchase.standalone"
    label = "postpurchase_standalone"
