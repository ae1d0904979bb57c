"""The three tables of a mirror, abstract: kept rows, what is to be made anew, and what was found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class MirroredRow(models.Model):
    """A row of the other system's table; `after` is its JSON, NULL once it was deleted there."""

    pk = models.CompositePrimaryKey("source", "table", "key")
    source = models.TextField()
    table = models.TextField()
    key = models.TextField(help_text="the key's values as a JSON list of texts")
    kind = models.TextField()
    owner = models.TextField(help_text="id, in the other system, of what the row is part of")
    touches = ArrayField(models.TextField(), default=list, help_text="further things, as <kind>:<id>")
    after = models.TextField(null=True)
    position = models.BigIntegerField()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["source", "kind", "owner"], name="%(app_label)s_mirror_owner"),
            GinIndex(fields=["touches"], condition=~models.Q(touches=[]), name="%(app_label)s_mirror_touches"),
        ]


class TouchedThing(models.Model):
    """A thing whose rows have changed since it was last made; `error` tells why making it failed.

    One that is in no hurry (its changes came on the bulk lane) waits until no more of them come from its source, or
    until it has waited for PATIENCE: bulk changes come table by table, and it shall be made once, not once per table.
    """

    pk = models.CompositePrimaryKey("source", "kind", "owner")
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    hurry = models.BooleanField(default=False)
    error = models.TextField(default="")

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(error=""), name="%(app_label)s_touched_due"),
        ]


class MirrorFinding(models.Model):
    """Something of a thing that was not carried as it is there; `whole` if the thing itself was not."""

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    code = models.TextField()
    detail = models.TextField(default="")
    whole = models.BooleanField(default=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["source", "kind", "owner"], name="%(app_label)s_finding_owner"),
            models.Index(fields=["source", "kind", "code"], name="%(app_label)s_finding_code"),
        ]
