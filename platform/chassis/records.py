"""What every aggregate carries beside its own facts."""

from django.db import models


class Recorded(models.Model):
    """`external_id` is what the record was called where it came from, as <system>:<entity>:<id>; once at most.

    `metadata` is staff's and apps': the domain never reads it. Both are filters of its page in the admin.
    """

    external_id = models.TextField(
        null=True, blank=True, unique=True, editable=False, help_text="source system, entity and old id"
    )
    metadata = models.JSONField(default=dict, blank=True, db_default=models.Value({}, models.JSONField()))

    class Meta:
        abstract = True
