"""Files of downloadable products, and who may fetch them how often."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from catalog.product.models import Product
from chassis.ids import new_id

PRIVATE = "private/"


class DownloadFile(models.Model):
    """A file that a product gives. One that was sold stays when the product has it no longer."""

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="files")
    code = models.TextField()
    path = models.TextField(help_text="in the storage, below private/")
    file_name = models.TextField(help_text="what it is saved as")
    labels = models.JSONField(default=dict, blank=True, help_text="scope -> label")
    is_sample = models.BooleanField(default=False)
    most_downloads = models.IntegerField(null=True, blank=True)
    days = models.IntegerField(null=True, blank=True, help_text="after payment")
    position = models.IntegerField(default=0)
    offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="catalog_file_once")]

    def __str__(self) -> str:
        return self.code


class DownloadGrant(models.Model):
    """The right to fetch a file, brought by a paid order line."""

    id = models.UUIDField(primary_key=True, default=new_id)
    order = models.UUIDField(db_index=True)
    order_number = models.TextField()
    line = models.UUIDField()
    channel = models.TextField()
    customer = models.UUIDField(null=True)
    key_hash = models.TextField(blank=True, default="")
    file = models.ForeignKey(DownloadFile, on_delete=models.PROTECT, related_name="grants")
    used = models.IntegerField(default=0)
    most = models.IntegerField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "file"], name="catalog_grant_once"),
            models.CheckConstraint(condition=Q(most=None) | Q(used__lte=F("most")), name="catalog_grant_used"),
        ]
        indexes = [models.Index(fields=["customer", "-granted_at"], name="catalog_grant_customer")]

    def __str__(self) -> str:
        return f"{self.order_number}: {self.file_id}"

    def ended(self, now: datetime) -> bool:
        """Whether nothing can be fetched by it any more."""
        used_up = self.most is not None and self.used >= self.most
        return used_up or self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


class CancelledOrder(models.Model):
    """An order that brings nothing any more, cancelled or refunded, also if the news of its payment arrives late."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
