"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class PostpurchaseConfig(DomainConfig):
    name = "postpurchase"
    label = "postpurchase"
    verbose_name = "Post-purchase"
    alias = "postpurchase"
