"""Binds the clients of this service when Django is ready. It has no models."""

from chassis.standalone import StandaloneConfig


class CatalogAlone(StandaloneConfig):
    name = "catalog.standalone"
    label = "catalog_standalone"
