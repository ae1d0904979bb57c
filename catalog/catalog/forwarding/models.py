"""Where an address of an older shop leads."""

from django.db import models

from catalog.catalog import slugs


class Forwarding(models.Model):
    """An old path of a view, without slashes around it: to a thing of ours, wherever its page is then, or on to `to`.

    `to` is another old path of the same view, or an address elsewhere.
    """

    PRODUCT, CATEGORY, CONTENT, ON = slugs.PRODUCT, slugs.CATEGORY, slugs.CONTENT, "on"
    KINDS = tuple((kind, kind) for kind in (PRODUCT, CATEGORY, CONTENT, ON))

    id = models.UUIDField(primary_key=True)
    view = models.TextField()
    path = models.TextField()
    kind = models.TextField(choices=KINDS)
    target = models.UUIDField(null=True, blank=True)
    to = models.TextField(blank=True, default="")
    permanent = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["view", "path"], name="catalog_forwarding_once")]

    def __str__(self) -> str:
        return self.path
