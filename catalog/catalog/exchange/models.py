"""Runs of the import, and what they refused."""

from django.db import models

from chassis import clock
from chassis.ids import new_id


class ProductImport(models.Model):
    """One file's import, known by the file's hash: the same file again goes on, or does nothing."""

    id = models.UUIDField(primary_key=True, default=new_id)
    file_name = models.TextField()
    file_hash = models.CharField(max_length=64, unique=True)
    done = models.IntegerField(default=0, help_text="rows looked at")
    rejected = models.IntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name


class RejectedRow(models.Model):
    """A row that was refused, and why."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="rejections")
    number = models.IntegerField(help_text="from 1, without the heading of a CSV")
    row = models.JSONField()
    reason = models.TextField()
    field = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="catalog_rejected_once")]
