"""How staff decided each flag, and how our answers differed from the old shop's."""

from typing import Any

from django.db import models

from chassis import clock
from chassis.admin.history import HistoryEntry
from chassis.records import Recorded
from strangler.routing.errors import BadPercentage, IllegalMode
from strangler.routing.flags import CATALOGUE, DEFAULTS, LEGACY, MODES, OURS, READS, SHADOW


class Flag(Recorded):
    """Who answers a kind of read, for how many shoppers; or who writes what a domain has. See `flags.CATALOGUE`."""

    name = models.TextField(primary_key=True)
    mode = models.TextField(choices=[(mode, mode) for mode in (LEGACY, SHADOW, OURS)])
    percentage = models.PositiveSmallIntegerField(
        default=100, help_text="of shoppers that are answered by us, or whose answers are compared"
    )
    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """Reads or writes."""
        return CATALOGUE[self.name].kind

    def turn(self, mode: str, *, percentage: int = 100) -> None:
        """Decide anew. Raises IllegalMode for one that this kind has not, BadPercentage."""
        if mode != self.mode and mode not in MODES[self.kind].get(self.mode, ()):
            raise IllegalMode(f"{self.name} is {self.mode} and cannot be {mode}.")
        if not 1 <= percentage <= 100 or (self.kind != READS and percentage != 100):
            raise BadPercentage(f"{self.name} cannot be at {percentage} percent.", field="/percentage")
        self.mode, self.percentage = mode, percentage
        self.version += 1
        self.changed_at = clock.now()


class Difference(models.Model):
    """A place in which an answer of ours differed from the old shop's. The values stay out: both are asked again.

    One row per area, kind of path and place; `example` is the last path in which it was seen, without its query.
    """

    area = models.TextField()
    route = models.TextField(help_text="the path with * for what differs from request to request")
    place = models.TextField(help_text="where in the answer, with [] for members of lists")
    what = models.TextField(help_text="differs, missing here, or only here")
    example = models.TextField()
    times = models.BigIntegerField(default=1)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "route", "place", "what"], name="strangler_difference_once")
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.place}"


class History(HistoryEntry):
    class Meta(HistoryEntry.Meta):
        app_label = "strangler"


def default_values(name: str) -> dict[str, Any]:
    """The columns of a flag that nobody has touched."""
    return {"mode": DEFAULTS[CATALOGUE[name].kind], "percentage": 100}
