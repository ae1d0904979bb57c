"""Imports in the admin: how they stand, and what they refused."""

from catalog.catalog.exchange.models import RejectedRow
from chassis.admin import LookOnly, ShownInline


class RejectedInline(ShownInline):
    model = RejectedRow
    verbose_name_plural = "refused rows"
    per_page = 50
    ordering = ("number",)
    fields = ("number", "reason", "field", "row")


class ProductImportAdmin(LookOnly):
    list_display = ("file_name", "done", "rejected", "started_at", "finished_at")
    ordering = ("-started_at",)
    fields = ("file_name", ("done", "rejected"), ("started_at", "finished_at"))
    inlines = (RejectedInline,)
