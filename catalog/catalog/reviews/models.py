"""Reviews with their ratings."""

from django.db import models
from django.db.models import Q

from catalog.catalog.reviews.states import State, moved
from catalog.product.models import Product
from chassis.ids import new_id


class Review(models.Model):
    """One customer's word on a product, in the view in which it was written; `nickname` is what is shown of them."""

    id = models.UUIDField(primary_key=True, default=new_id)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews")
    view = models.TextField()
    channel = models.TextField()
    customer = models.UUIDField(null=True)
    nickname = models.TextField()
    title = models.TextField(blank=True, default="")
    text = models.TextField()
    rating = models.IntegerField(null=True, help_text="null: only words, from an older shop")
    state = models.TextField(default=State.PENDING.value)
    answer = models.TextField(blank=True, default="", help_text="the shop's, shown with it")
    version = models.IntegerField(default=1)
    external_id = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="catalog_review_rating"),
            models.UniqueConstraint(
                fields=["product", "customer"], condition=Q(customer__isnull=False), name="catalog_review_once"
            ),
        ]
        indexes = [
            models.Index(fields=["product", "-created_at"], condition=Q(state="approved"), name="catalog_review_shown"),
            models.Index(fields=["state", "created_at"], name="catalog_review_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.rating or '-'}/5 {self.title or self.text[:40]}"

    def transition(self, name: str) -> None:
        """Approve or reject (the only writer of `state`); IllegalReview otherwise."""
        self.state = moved(State(self.state), name).value
        self.version += 1
