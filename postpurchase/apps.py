"""Django app: label and database alias."""

from chassis.apps import DomainConfig


class PostpurchaseConfig(DomainConfig):
    name = "postpurchase"
    label = "postpurchase"
    alias = "postpurchase"
