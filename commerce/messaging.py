"""The concrete messaging tables of this database."""

from chassis.access import groups, revocation
from chassis.admin.history import HistoryEntry
from chassis.messaging import models as chassis_models
from chassis.web import idempotency_keys


class OutboxEvent(chassis_models.OutboxEvent):
    class Meta(chassis_models.OutboxEvent.Meta):
        abstract = False
        app_label = "commerce"


class Delivery(chassis_models.Delivery):
    class Meta(chassis_models.Delivery.Meta):
        abstract = False
        app_label = "commerce"


class InboxEntry(chassis_models.InboxEntry):
    class Meta(chassis_models.InboxEntry.Meta):
        abstract = False
        app_label = "commerce"


class DeadLetter(chassis_models.DeadLetter):
    class Meta(chassis_models.DeadLetter.Meta):
        abstract = False
        app_label = "commerce"


class Job(chassis_models.Job):
    class Meta(chassis_models.Job.Meta):
        abstract = False
        app_label = "commerce"


class SagaInstance(chassis_models.SagaInstance):
    class Meta(chassis_models.SagaInstance.Meta):
        abstract = False
        app_label = "commerce"


class IdempotencyKey(idempotency_keys.IdempotencyKey):
    class Meta(idempotency_keys.IdempotencyKey.Meta):
        abstract = False
        app_label = "commerce"


class History(HistoryEntry):
    class Meta(HistoryEntry.Meta):
        abstract = False
        app_label = "commerce"


class ChannelGroup(groups.ChannelGroup):
    class Meta(groups.ChannelGroup.Meta):
        abstract = False
        app_label = "commerce"


class RevokedPrincipal(revocation.RevokedPrincipal):
    class Meta(revocation.RevokedPrincipal.Meta):
        abstract = False
        app_label = "commerce"


TABLES = chassis_models.tables(globals())
