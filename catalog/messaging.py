"""The concrete messaging tables of this database."""

from chassis.access import groups, revocation
from chassis.admin.history import HistoryEntry
from chassis.messaging import models as chassis_models
from chassis.web import idempotency_keys


class ChannelGroup(groups.ChannelGroup):
    class Meta(groups.ChannelGroup.Meta):
        abstract = False
        app_label = "catalog"


class OutboxEvent(chassis_models.OutboxEvent):
    class Meta(chassis_models.OutboxEvent.Meta):
        abstract = False
        app_label = "catalog"


class Delivery(chassis_models.Delivery):
    class Meta(chassis_models.Delivery.Meta):
        abstract = False
        app_label = "catalog"


class InboxEntry(chassis_models.InboxEntry):
    class Meta(chassis_models.InboxEntry.Meta):
        abstract = False
        app_label = "catalog"


class DeadLetter(chassis_models.DeadLetter):
    class Meta(chassis_models.DeadLetter.Meta):
        abstract = False
        app_label = "catalog"


class Job(chassis_models.Job):
    class Meta(chassis_models.Job.Meta):
        abstract = False
        app_label = "catalog"


class SagaInstance(chassis_models.SagaInstance):
    class Meta(chassis_models.SagaInstance.Meta):
        abstract = False
        app_label = "catalog"


class RevokedPrincipal(revocation.RevokedPrincipal):
    class Meta(revocation.RevokedPrincipal.Meta):
        abstract = False
        app_label = "catalog"


class IdempotencyKey(idempotency_keys.IdempotencyKey):
    class Meta(idempotency_keys.IdempotencyKey.Meta):
        abstract = False
        app_label = "catalog"


class History(HistoryEntry):
    class Meta(HistoryEntry.Meta):
        abstract = False
        app_label = "catalog"


TABLES = chassis_models.tables(globals())
