"""Tables of the points ledger, and what points are worth."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from chassis.records import Recorded
from postpurchase.ledgers import Account, Entry


class PointsAccount(Account):
    """A customer with points: the row to lock before writing entries."""

    customer = models.UUIDField(primary_key=True)

    class Meta(Account.Meta):
        abstract = False
        app_label = "postpurchase"

    def __str__(self) -> str:
        return str(self.customer)


class EarnRule(Recorded):
    """How many points one unit of a channel's currency earns; 1 where a channel has no rule."""

    channel = models.TextField(primary_key=True)
    points_per_unit = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        app_label = "postpurchase"


class BurnRule(Recorded):
    """How many points pay one unit of a channel's currency; where a channel has no rule, points pay nothing."""

    channel = models.TextField(primary_key=True)
    points_per_unit = models.DecimalField(
        max_digits=12, decimal_places=4, validators=[MinValueValidator(Decimal("0.0001"))]
    )

    class Meta:
        app_label = "postpurchase"
        constraints = (
            models.CheckConstraint(condition=models.Q(points_per_unit__gt=0), name="postpurchase_burn_rate"),
        )


class PointsEntry(Entry):
    """One movement of points. `amount` is the money it comes from or pays: what was paid, or what went back."""

    account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="entries")
    points = models.IntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    currency = models.CharField(max_length=3, blank=True)

    class Meta(Entry.Meta):
        abstract = False
        app_label = "postpurchase"
        verbose_name_plural = "points entries"
        indexes = (models.Index(fields=["account", "-created_at", "-id"], name="postpurchase_points_list"),)
