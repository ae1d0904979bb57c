"""The queue between the documents and the search indexes."""

from django.db import models

from chassis import clock


class SearchChange(models.Model):
    """A product whose place in the indexes is out of date; gone once the indexes have committed it."""

    seq = models.BigAutoField(primary_key=True)
    product_id = models.UUIDField()
    since = models.DateTimeField(default=clock.now, null=True)  # null: by a process of the release before
