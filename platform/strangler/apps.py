"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class StranglerConfig(DomainConfig):
    name = "strangler"
    label = "strangler"
    verbose_name = "Leaving Magento"
    alias = "platform"

    def ready(self) -> None:
        super().ready()
        from strangler.capture import watch

        watch.register()
