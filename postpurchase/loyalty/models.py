"""Tables of the points ledger."""

from django.db import models

from chassis.ids import new_id
from chassis.records import Recorded


class PointsAccount(Recorded):
    """A customer with points: the row to lock before writing entries. `version` counts them."""

    customer = models.UUIDField(primary_key=True)
    version = models.IntegerField(default=0)

    class Meta:
        app_label = "postpurchase"

    def __str__(self) -> str:
        return str(self.customer)


class EarnRule(Recorded):
    """How many points one unit of a channel's currency earns; 1 where a channel has no rule."""

    channel = models.TextField(primary_key=True)
    points_per_unit = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        app_label = "postpurchase"


class PointsEntry(models.Model):
    """One movement of points, never changed or deleted (the database refuses). `key` makes it happen once.

    `amount` is the money it comes from: what was paid, or what went back.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(PointsAccount, on_delete=models.PROTECT, related_name="entries")
    key = models.TextField(unique=True)
    kind = models.TextField()
    order = models.UUIDField(null=True, db_index=True)
    order_number = models.TextField(blank=True)
    points = models.IntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "postpurchase"
        verbose_name_plural = "points entries"
        indexes = [models.Index(fields=["account", "-created_at", "-id"], name="postpurchase_points_list")]
