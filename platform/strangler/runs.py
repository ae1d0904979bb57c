"""How far an extraction is: its runs, a cursor per table, and what was last sent of each row."""

from django.db import models


class Run(models.Model):
    """One pass over a source. At most one is open per source; a killed one is gone on with."""

    source = models.TextField(help_text="the name of the source system, part of every migrated id")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    binlog_file = models.TextField(help_text="place of the first snapshot: change capture starts here")
    binlog_offset = models.BigIntegerField()
    gtid = models.TextField()
    again = models.BooleanField(default=False, help_text="sends unchanged rows too")
    parked = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="rows of tables not sent, by table",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(finished_at__isnull=True), name="strangler_run_open_once"
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
    """The digest of a row as last sent: a later run sends what differs, and deletions of what is gone."""

    pk = models.CompositePrimaryKey("source", "table", "key")
    source = models.TextField()
    table = models.TextField()
    key = models.TextField(help_text="the key's values as a JSON list of texts")
    digest = models.BinaryField()
    run = models.BigIntegerField()
