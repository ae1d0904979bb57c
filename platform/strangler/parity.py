"""What comparisons of Magento with this shop have found, and whether a phase may go on because of it.

The comparing is composed in `config/parity`, which alone may read all domains; here is what it came to.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import models

from chassis import clock
from chassis.fields import EncryptedJSONField

KEPT_COMPARISONS = 20
FRESH = timedelta(hours=24)
ALIAS = "platform"


class Comparison(models.Model):
    """One look at both sides. A continuous one has no end: it goes round and round, a slice at a time."""

    COMPLETE, SAMPLE, CONTINUOUS = "complete", "sample", "continuous"
    MODES = tuple((mode, mode) for mode in (COMPLETE, SAMPLE, CONTINUOUS))

    source = models.TextField(help_text="the name of the source system")
    mode = models.TextField(choices=MODES)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(mode="continuous"), name="strangler_continuous_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.mode}, {self.started_at:%Y-%m-%d %H:%M}"


class EntityCompared(models.Model):
    """An entity in a comparison. `explained` counts differences by reason; `figures` are sums of both sides.

    Of a continuous one `last_key` is how far this round is, `looked_at` when the last slice was, `round_ended_at` when
    all of it had been looked at once.
    """

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="entities")
    entity = models.TextField()
    domain = models.TextField(help_text="who has it now")
    complete = models.BooleanField()
    records = models.BigIntegerField(default=0)
    fields = models.BigIntegerField(default=0)
    unexplained = models.BigIntegerField(default=0)
    explained = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    looked_at = models.DateTimeField()
    last_key = models.TextField(blank=True, default="")
    round_began_at = models.DateTimeField(null=True)
    round_ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comparison", "entity"], name="strangler_compared_once")]

    def __str__(self) -> str:
        return self.entity

    @property
    def whole_at(self) -> datetime | None:
        """When all of its records had been looked at; None if that has not happened."""
        return self.round_ended_at or (self.looked_at if self.complete and self.comparison.finished_at else None)


class FieldDifference(models.Model):
    """A field that is not the same on both sides; without a reason nobody knows why. Some of each reason are kept."""

    compared = models.ForeignKey(EntityCompared, on_delete=models.CASCADE, related_name="differences")
    key = models.TextField(help_text="the record's id in Magento")
    field = models.TextField()
    reason = models.TextField(blank=True, default="")
    theirs = EncryptedJSONField(null=True)
    ours = EncryptedJSONField(null=True)
    their_record = EncryptedJSONField(default=dict)
    our_record = EncryptedJSONField(default=dict)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["compared", "key"], name="strangler_difference_key")]

    def __str__(self) -> str:
        return f"{self.key} {self.field}"


def blocks_advancing(source: str, *, domains: Collection[str] = (), within: timedelta = FRESH) -> list[str]:
    """Why a phase may not go on, a sentence each; nothing if it may.

    Every entity (of these domains, or of all) must have been looked at whole `within` this time, and the last look at
    it must have found nothing that no reason explains.
    """
    return list(_blocking(source, domains, clock.now() - within))


def _blocking(source: str, domains: Collection[str], since: datetime) -> Iterator[str]:
    rows = EntityCompared.objects.using(ALIAS).filter(comparison__source=source)
    rows = rows.filter(domain__in=list(domains)) if domains else rows
    looks: dict[str, list[EntityCompared]] = {}
    for row in rows.select_related("comparison").order_by("looked_at", "pk"):
        looks.setdefault(row.entity, []).append(row)
    if not looks:
        yield f"Nothing of {source} was ever compared."
    for entity, several in sorted(looks.items()):
        whole = [row for row in several if row.whole_at]
        # A sample that finds nothing takes back nothing that a look at all of it has found.
        counting = [row for row in several if row.unexplained and (not whole or row.looked_at >= whole[-1].looked_at)]
        if counting:
            yield f"{max(row.unexplained for row in counting):,} differences of {entity} have no reason."
        if not whole:
            yield f"{entity} were never compared as a whole."
        elif (last := max(row.whole_at for row in whole if row.whole_at)) < since:
            yield f"{entity} were last compared as a whole at {last:%Y-%m-%d %H:%M}."
