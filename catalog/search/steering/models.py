"""Synonyms, redirects and merchandising rules."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.product.models import Category, Edited


class Synonym(Edited):
    """Words that mean the same, or one-way: whoever types one of `words` finds those of `also` too."""

    code = models.TextField(unique=True)
    locale = models.TextField(help_text="de is for de-DE and de-AT too")
    words = ArrayField(models.TextField(), help_text="words or phrases that people type, separated by commas")
    also = ArrayField(
        models.TextField(), default=list, blank=True, help_text="what they find too; empty: each finds the others"
    )
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class SearchRedirect(Edited):
    """Where a query leads instead of to its hits."""

    code = models.TextField(unique=True)
    view = models.TextField(default="", blank=True, help_text="empty: in every view")
    query = models.TextField(help_text="the whole query; case, accents and spaces do not matter")
    address = models.TextField(help_text="/a/path of the storefront, or https://…")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["view", "query"], name="catalog_search_redirect_once")]

    def __str__(self) -> str:
        return self.code


class MerchandisingRule(Edited):
    """What stands first or last for a query or in a category, while the order is by relevance or by hand."""

    PIN, BOOST, BURY = "pin", "boost", "bury"
    ACTIONS = ((PIN, PIN), (BOOST, BOOST), (BURY, BURY))

    code = models.TextField(unique=True)
    view = models.TextField(default="", blank=True, help_text="empty: in every view")
    query = models.TextField(default="", blank=True, help_text="the whole query, or a category instead")
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    action = models.TextField(choices=ACTIONS)
    place = models.IntegerField(null=True, blank=True, help_text="where the first pinned product stands, from 1 on")
    skus = ArrayField(models.TextField(), default=list, blank=True, help_text="products, separated by commas")
    attribute = models.TextField(default="", blank=True, help_text="or all that have a value: of this attribute …")
    value = models.TextField(default="", blank=True, help_text="… this code")
    active = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="catalog_merchandising_window",
            )
        ]

    def __str__(self) -> str:
        return self.code
