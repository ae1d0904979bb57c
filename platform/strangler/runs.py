"""How far an extraction is: its runs, a cursor per table, and what was last sent of each row."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

GONE = b""
"""The digest of a row that was last sent as deleted."""


class Run(models.Model):
    """One pass over a source. At most one per purpose is open per source; a killed one is gone on with."""

    EXTRACTION, AGAIN_READ = "extraction", "read again"

    source = models.TextField(help_text="the name of the source system, part of every migrated id")
    purpose = models.TextField(
        default=EXTRACTION, db_default=EXTRACTION, help_text="tables are read again when change capture cannot tell"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    binlog_file = models.TextField(help_text="place of the first snapshot: change capture starts here")
    binlog_offset = models.BigIntegerField()
    gtid = models.TextField()
    base = models.BigIntegerField(
        default=0, db_default=0, help_text="what positions of this source's server are counted from"
    )
    parents_kept = models.BooleanField(
        null=True, help_text="rows are remembered with their parents; null: by a release that did not"
    )
    again = models.BooleanField(default=False, help_text="sends unchanged rows too")
    parked = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="rows of tables not sent, by table",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "purpose"],
                condition=models.Q(finished_at__isnull=True),
                name="strangler_run_open_once",
            ),
        ]


class TableCursor(models.Model):
    """How far a run is in one table; written in the transaction of the events it stands for."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="cursors")
    table = models.TextField()
    last_key = models.JSONField(null=True, help_text="key columns of the last row sent; null before the first")
    done = models.BooleanField(default=False)
    rows = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "table"], name="strangler_cursor_once")]


class RowSent(models.Model):
    """A row as last sent: its digest (GONE if as deleted) and position, so that what is older or the same is not.

    `parents` are the rows it refers to by foreign keys: what becomes of it when one of them goes is in no binlog.
    """

    pk = models.CompositePrimaryKey("source", "table", "key")
    source = models.TextField()
    table = models.TextField()
    key = models.TextField(help_text="the key's values as a JSON list of texts")
    digest = models.BinaryField()
    run = models.BigIntegerField(help_text="the run that met it last; 0: change capture")
    position = models.BigIntegerField(default=0, db_default=0)
    parents = ArrayField(models.TextField(), default=list, db_default=[], help_text="as <table>:<key>")

    class Meta:
        indexes = [GinIndex(fields=["parents"], condition=~models.Q(parents=[]), name="strangler_sent_parents")]
