"""Facts, the keys that make each count once, and the channels they are reported by."""

from django.db import models


class Fact(models.Model):
    """One event that figures are made of, in a table partitioned by year of `at`.

    `at` is when it happened by the event's own account. `message` is the event without personal data: what the
    other columns are derived from, and can be again.
    """

    pk = models.CompositePrimaryKey("event", "at")
    event = models.UUIDField()
    at = models.DateTimeField()
    kind = models.TextField(help_text="placed, paid, cancelled, refunded")
    subject = models.UUIDField(help_text="what can be so once: the order, or the refund")
    order = models.UUIDField()
    channel = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=20, decimal_places=6)
    message = models.TextField()

    class Meta:
        app_label = "platform"
        indexes = [models.Index(fields=["channel", "at"], name="platform_fact_channel")]


class FactKey(models.Model):
    """That a fact is counted. A partitioned table cannot say so itself: its unique keys must contain the date."""

    pk = models.CompositePrimaryKey("kind", "subject")
    kind = models.TextField()
    subject = models.UUIDField()

    class Meta:
        app_label = "platform"


class SearchFigure(models.Model):
    """How often a query was made in a view on a day."""

    id = models.BigAutoField(primary_key=True)
    view = models.TextField()
    day = models.DateField()
    query = models.TextField()
    searches = models.IntegerField()
    without_result = models.IntegerField()
    corrected = models.IntegerField(help_text="only similar words were found")

    class Meta:
        app_label = "platform"
        verbose_name = "search"
        verbose_name_plural = "searches and zero results"
        constraints = [models.UniqueConstraint(fields=["view", "day", "query"], name="platform_search_once")]
        indexes = [models.Index(fields=["day"], name="platform_search_day")]


class Channel(models.Model):
    """A copy of catalog's channel: its currency, and the time zone in which its days begin."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    time_zone = models.TextField()
    version = models.IntegerField()

    class Meta:
        app_label = "platform"
        verbose_name = "channel's sales"
        verbose_name_plural = "orders and revenue"

    def __str__(self) -> str:
        return self.name
