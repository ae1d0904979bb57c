"""Content pages and blocks."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.product.models import Edited


class Content(Edited):
    """A page with an address of its own, or a block that a storefront puts where it knows its code."""

    PAGE, BLOCK = "page", "block"
    KINDS = ((PAGE, PAGE), (BLOCK, BLOCK))

    code = models.TextField(unique=True)
    kind = models.TextField(choices=KINDS)
    texts = models.JSONField(default=dict, help_text="scope -> {title, body, meta_title, meta_description}")
    views = ArrayField(models.TextField(), default=list, blank=True, help_text="shown in these only; empty: in all")
    active = models.BooleanField(default=True)
    in_menu = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "content"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_content_window",
            )
        ]

    def __str__(self) -> str:
        return self.code


def shown_at(now: datetime, *, view: str) -> Q:
    """What a view shows of contents at a moment."""
    return (
        Q(active=True)
        & (Q(views=[]) | Q(views__contains=[view]))
        & (Q(starts_at=None) | Q(starts_at__lte=now))
        & (Q(ends_at=None) | Q(ends_at__gt=now))
    )
