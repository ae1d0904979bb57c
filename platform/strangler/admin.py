"""Extractions from Magento in the admin: how far each run and each of its tables is."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, Sum
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, site
from strangler import parity_admin as parity_admin
from strangler.runs import Run, TableCursor


class CursorInline(ShownInline):
    model = TableCursor
    verbose_name_plural = "tables"
    ordering = ("id",)
    fields = ("table", "done", "rows", "changed", "deleted")


class RunAdmin(LookOnly):
    """Runs of `manage.py strangle extract`, newest first."""

    list_display = ("source", "started_at", "finished_at", "tables", "rows", "again")
    search_fields = ("source",)
    ordering = ("-started_at",)
    fields = (
        ("source", "started_at", "finished_at"),
        ("tables", "rows", "again"),
        ("binlog_file", "binlog_offset", "gtid"),
    )
    readonly_fields = ("tables", "rows")
    inlines = (CursorInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        counts = {
            "done_tables": Count("cursors", filter=Q(cursors__done=True)),
            "all_tables": Count("cursors"),
            "all_rows": Sum("cursors__rows", default=0),
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="tables done")
    def tables(self, run: Any) -> str:
        return f"{run.done_tables} of {run.all_tables} begun"

    @admin.display(description="rows sent", ordering="all_rows")
    def rows(self, run: Any) -> str:
        return f"{run.all_rows:,}"


site.register(Run, RunAdmin)
