"""Leaving Magento in the admin: how far each extraction is, and how far the shop's changes are followed."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, Sum
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, Watch, site
from strangler import parity_admin as parity_admin
from strangler.capture.models import Doubt, Stream
from strangler.capture.watch import lag
from strangler.routing import admin as routing_admin  # noqa: F401
from strangler.runs import Run, TableCursor


class CursorInline(ShownInline):
    model = TableCursor
    verbose_name_plural = "tables"
    ordering = ("id",)
    fields = ("table", "done", "rows", "changed", "deleted")


class RunAdmin(LookOnly):
    """Runs of `manage.py strangle extract`, newest first."""

    list_display = ("source", "purpose", "started_at", "finished_at", "tables", "rows", "again")
    search_fields = ("source",)
    ordering = ("-started_at",)
    fields = (
        ("source", "purpose"),
        ("started_at", "finished_at"),
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


class StreamAdmin(LookOnly):
    """Sources whose changes are followed (`manage.py strangle follow`): how far, how far behind, and what fails."""

    list_display = ("source", "behind", "failing", "changes", "transactions", "errors", "last_error_at")
    search_fields = ("source",)
    ordering = ("source",)
    fields = (
        ("source", "server"),
        ("behind", "current_until", "begun_at"),
        ("binlog_file", "binlog_offset", "gtid", "position"),
        ("transactions", "changes", "to_read_again"),
        ("failing", "errors", "last_error_at"),
        "last_error",
    )
    readonly_fields = ("behind", "to_read_again")

    @admin.display(description="behind, in seconds")
    def behind(self, stream: Any) -> str:
        return "not followed yet" if stream.begun_at is None else f"{lag(stream):,.1f}"

    @admin.display(description="to be read again")
    def to_read_again(self, stream: Any) -> int:
        return Doubt.objects.using("platform").filter(source=stream.source).count()


site.register(Run, RunAdmin)
site.register(Stream, StreamAdmin)
site.watch(Watch(model=Stream, title="sources that cannot be followed", query={"failing__exact": "1"}, urgent=True))
