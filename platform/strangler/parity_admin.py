"""Comparisons in the admin: what each entity came to, its differences, and both records of each beside each other."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Sum
from django.http import HttpRequest

from chassis.admin import LookOnly, ShownInline, shown, site
from strangler.parity import Comparison, EntityCompared, FieldDifference


class EntityInline(ShownInline):
    model = EntityCompared
    verbose_name_plural = "entities"
    ordering = ("id",)
    fields = ("entity", "looked_at", "records", "fields", "without_reason", "reasons", "sums")
    readonly_fields = ("without_reason", "reasons", "sums")

    @admin.display(description="without a reason")
    def without_reason(self, row: EntityCompared) -> str:
        return _listed(f"{row.unexplained:,}", row, reason="") if row.unexplained else "0"

    @admin.display(description="with a reason")
    def reasons(self, row: EntityCompared) -> str:
        return shown.lines(
            _listed(f"{count:,} {shown.words(reason)}", row, reason=reason) for reason, count in row.explained.items()
        )

    @admin.display(description="sums that differ")
    def sums(self, row: EntityCompared) -> str:
        differing = [one for one in row.figures if one["theirs"] != one["ours"]]
        return shown.table(("", "theirs", "ours"), [(one["figure"], one["theirs"], one["ours"]) for one in differing])


def _listed(text: str, row: EntityCompared, *, reason: str) -> str:
    return shown.listing("strangler", "fielddifference", text, compared__id__exact=row.pk, reason__exact=reason)


class ComparisonAdmin(LookOnly):
    """Looks at both shops by `manage.py strangle parity`, newest first."""

    list_display = ("source", "mode", "started_at", "finished_at", "unexplained")
    ordering = ("-started_at",)
    fields = (("source", "mode", "started_at", "finished_at"),)
    inlines = (EntityInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        counted = super().get_queryset(request)
        return counted.annotate(all_unexplained=Sum("entities__unexplained", default=0))

    @admin.display(description="without a reason", ordering="all_unexplained")
    def unexplained(self, row: Any) -> str:
        return f"{row.all_unexplained:,}"


class FieldDifferenceAdmin(LookOnly):
    """A difference with the two records. The list names fields and no values: people are in them."""

    list_display = ("entity", "key", "field", "reason", "seen_at")
    list_filter = (shown.one_of("compared__entity", lambda: _entities(), title="entity"),)
    search_fields = ("key", "field")
    ordering = ("-id",)
    fields = (("entity", "key", "field"), "reason", "theirs", "ours", "both")
    readonly_fields = ("entity", "theirs", "ours", "both")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).annotate(entity_name=F("compared__entity"))
        return rows.defer("their_record", "our_record", "theirs", "ours")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in ("compared__id__exact", "reason__exact") or super().lookup_allowed(lookup, value, request)

    @admin.display(ordering="compared__entity")
    def entity(self, row: Any) -> str:
        return str(row.entity_name)

    @admin.display(description="both records")
    def both(self, row: FieldDifference) -> str:
        theirs, ours = row.their_record, row.our_record
        return shown.table(
            ("field", "theirs", "ours", ""),
            [
                (
                    name,
                    _text(theirs.get(name)),
                    _text(ours.get(name)),
                    "" if theirs.get(name) == ours.get(name) else "≠",
                )
                for name in sorted(theirs.keys() | ours.keys())
            ],
        )


def _entities() -> list[str]:
    return sorted(set(EntityCompared.objects.values_list("entity", flat=True)))


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:400]


site.register(Comparison, ComparisonAdmin)
site.register(FieldDifference, FieldDifferenceAdmin)
