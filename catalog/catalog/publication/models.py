"""What is to come of a product in a channel, or has been."""

from django.db import models
from django.db.models import F, Q

from catalog.product.models import Product
from chassis.ids import new_id


class Publication(models.Model):
    """A product's state in a channel beside draft; `turn` tells a job of a former schedule that it is one."""

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="publications")
    channel = models.TextField()
    state = models.TextField()
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    turn = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "channel"], name="catalog_publication_once"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_publication_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.state}"
