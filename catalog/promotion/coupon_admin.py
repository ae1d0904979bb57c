"""Coupons and their batches in the admin."""

import csv
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from catalog.promotion.coupons import codes_of, switch_coupon
from catalog.promotion.models import CouponBatch
from chassis.admin import Defined, LookOnly, Transition


class CouponAdmin(Defined):
    list_display = ("code", "rule", "batch", "active", "uses_limit", "used", "ends_at")
    list_select_related = ("rule", "batch")
    search_fields = ("code_key",)
    search_help_text = "A code in capitals or the beginning of it"
    ordering = ("-id",)
    fields = ("code", "rule", "batch", "active", "uses_limit", "used", "ends_at", "created_at")
    state_fields = fields
    transitions = (
        Transition(
            name="switch_off",
            title="Switch off",
            run=lambda coupon, _: switch_coupon(coupon.id, active=False),
            when=lambda coupon: coupon.active,
        ),
        Transition(
            name="switch_on",
            title="Switch on",
            run=lambda coupon, _: switch_coupon(coupon.id, active=True),
            when=lambda coupon: not coupon.active,
        ),
    )
    bulk = ("switch_off", "switch_on")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("code_key__startswith",)


class BatchAdmin(LookOnly):
    """Codes are made in the background and taken as a file."""

    list_display = ("__str__", "rule", "wanted", "made", "uses_limit", "created_at", "as_file")
    list_select_related = ("rule",)
    ordering = ("-created_at",)
    fields = ("rule", "prefix", "length", "wanted", "made", "uses_limit", "ends_at", "created_at", "as_file")
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<uuid:batch>/codes.csv", view, name="catalog_couponbatch_codes"), *super().get_urls()]

    def file_view(self, request: HttpRequest, batch: UUID) -> StreamingHttpResponse:
        """The codes as CSV, streamed: a batch may have a million."""
        found = CouponBatch.objects.filter(id=batch).first()
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        answer = StreamingHttpResponse(_csv(batch), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="coupons-{batch}.csv"'
        return answer

    @admin.display(description="codes")
    def as_file(self, batch: CouponBatch) -> str:
        address = reverse("admin:catalog_couponbatch_codes", args=[batch.pk])
        return format_html('<a href="{}" class="underline">CSV</a>', address)


def _csv(batch: UUID) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(("code", "used"))
    for row in codes_of(batch):
        yield writer.writerow(row)


class _Echo:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line
