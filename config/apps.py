"""The composition root as a Django app, so that its commands are found and its clients bound. It has no models."""

from django.apps import AppConfig


class CompositionConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        from config.wiring import bind_all

        bind_all()
