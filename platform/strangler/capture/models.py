"""How far the changes of a source are followed, and what has to be read again because its binlog does not tell."""

from django.db import models


class Stream(models.Model):
    """A source's history as it is followed: one row per source, written with the events that it stands for.

    `position` is the place behind the last transaction that was applied. Positions of a server are counted from
    `base`, which grows with each fail-over: so they rise though every server numbers its own binlog.
    """

    source = models.TextField(primary_key=True, help_text="the name of the source system")
    server = models.TextField(default="", help_text="number, host and port that the server tells of itself")
    base = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    binlog_file = models.TextField(default="")
    binlog_offset = models.BigIntegerField(default=0)
    gtid = models.TextField(default="", help_text="following goes on behind it, on any server that has it")
    redis_ids = models.JSONField(default=dict, help_text="last entry applied of each stream of Debezium's envelopes")
    begun_at = models.DateTimeField(null=True)
    current_until = models.DateTimeField(null=True, help_text="what the source had committed by then is sent")
    transactions = models.BigIntegerField(default=0, help_text="of the source, since it is followed")
    changes = models.BigIntegerField(default=0, help_text="rows sent")
    errors = models.BigIntegerField(default=0)
    last_error = models.TextField(default="")
    last_error_at = models.DateTimeField(null=True)
    failing = models.BooleanField(default=False, help_text="the last try to follow ended in an error")


class Doubt(models.Model):
    """Something that has to be read again from the source, because the binlog does not tell what became of it.

    `table` alone is a whole table; with `key` it is one row, and with `children` all rows that refer to that row.
    """

    source = models.TextField()
    table = models.TextField()
    key = models.TextField(default="", help_text="as in RowSent; empty: the whole table")
    children = models.BooleanField(default=False)
    position = models.BigIntegerField(help_text="a snapshot that is older does not settle it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "key", "children"], name="strangler_doubt_once"),
        ]
