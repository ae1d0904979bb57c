"""Index of this domain's models."""

from chassis.admin.history import HistoryEntry
from operations.analytics.models import Channel, Fact, FactKey, SearchFigure
from operations.messaging import DeadLetter, Delivery, InboxEntry, Job, OutboxEvent, SagaInstance
from operations.notification.models import Message, OrderContact

__all__ = [
    "Channel",
    "DeadLetter",
    "Delivery",
    "Fact",
    "FactKey",
    "History",
    "InboxEntry",
    "Job",
    "Message",
    "OrderContact",
    "OutboxEvent",
    "SagaInstance",
    "SearchFigure",
]


class History(HistoryEntry):
    """Who did what in this domain's admin."""

    class Meta(HistoryEntry.Meta):
        abstract = False
        app_label = "platform"
