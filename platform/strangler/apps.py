"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class StranglerConfig(DomainConfig):
    name = "strangler"
    label = "strangler"
    verbose_name = "Leaving Magento"
    alias = "platform"
