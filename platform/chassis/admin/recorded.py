"""List filters by what every aggregate carries: `metadata`, and what it was called where it came from."""

import json
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from unfold.contrib.filters.admin import TextFilter


class MetadataFilter(TextFilter):  # type: ignore[misc]
    """`key=value` finds those that hold it, the value as text or as JSON; `key` alone finds all that have it."""

    title, parameter_name = "metadata (key=value)", "metadata"

    def queryset(self, request: Any, queryset: Any) -> Any:
        name, equals, text = (self.value() or "").strip().partition("=")
        if not name.strip() or "\0" in name + text:
            return queryset
        name, text = name.strip(), text.strip()
        if not equals:
            return queryset.filter(metadata__has_key=name)
        return queryset.filter(Q(metadata__contains={name: text}) | Q(metadata__contains={name: _read(text)}))


class ExternalIdFilter(TextFilter):  # type: ignore[misc]
    """The whole external id: `<system>:<entity>:<id>`, or `<system>:<id>` where a record has one per system."""

    title, parameter_name = "external id", "external_id"

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = (self.value() or "").strip()
        if not wanted or "\0" in wanted:
            return queryset
        if isinstance(queryset.model._meta.get_field("external_id"), models.JSONField):
            system, _, old = wanted.rpartition(":")
            return queryset.filter(external_id__contains={system: old})
        return queryset.filter(external_id=wanted)


def filters_of(model: type[models.Model]) -> list[type[TextFilter]]:
    """The filters that a model has columns for."""
    known = {"metadata": MetadataFilter, "external_id": ExternalIdFilter}
    return [filter_ for name, filter_ in known.items() if _has(model, name)]


def _has(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
