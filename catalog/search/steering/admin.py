"""Synonyms, redirects and merchandising in the admin: written here, by the commands that imports use too."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from catalog.product.models import View
from catalog.search.steering.commands import (
    DefineMerchandising,
    DefineRedirect,
    DefineSynonym,
    define_merchandising,
    define_redirect,
    define_synonym,
)
from catalog.search.steering.models import MerchandisingRule, SearchRedirect, Synonym
from chassis.admin import DomainAdmin, shown


def views() -> list[tuple[str, str]]:
    """Codes of the views, and all of them."""
    return [
        ("", "every view"),
        *((code, code) for code in View.objects.order_by("code").values_list("code", flat=True)),
    ]


class Steered(DomainAdmin):
    """Written by a command; what is no longer wanted is switched off and stays to be looked at."""

    search_fields = ("code",)
    ordering = ("code",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "view":
            return forms.ChoiceField(choices=views, required=False, help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


def _facts(row: Any, *names: str) -> Mapping[str, Any]:
    values = {name: getattr(row, name) for name in ("id", "code", "active", *names)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


class SynonymAdmin(Steered):
    list_display = ("code", "locale", "words", "also", "active")
    list_filter = (
        "active",
        shown.one_of("locale", lambda: Synonym.objects.values_list("locale", flat=True).distinct()),
    )
    fields = ("code", "locale", "words", "also", "active")

    def save_model(self, request: HttpRequest, obj: Synonym, form: Any, change: bool) -> None:
        define_synonym(DefineSynonym(**_facts(obj, "locale", "words", "also")))
        obj.refresh_from_db()


class RedirectAdmin(Steered):
    list_display = ("code", "query", "address", "view", "active")
    list_filter = ("active",)
    search_fields = ("code", "query")
    fields = ("code", "query", "address", "view", "active")

    def save_model(self, request: HttpRequest, obj: SearchRedirect, form: Any, change: bool) -> None:
        define_redirect(DefineRedirect(**_facts(obj, "query", "address", "view")))
        obj.refresh_from_db()


class MerchandisingAdmin(Steered):
    list_display = ("code", "action", "query", "category", "view", "starts_at", "ends_at", "active")
    list_filter = ("action", "active")
    list_select_related = ("category",)
    search_fields = ("code", "query", "category__code")
    fields = (
        *("code", ("query", "category"), "view", ("action", "place")),
        *("skus", ("attribute", "value"), "starts_at", "ends_at", "active"),
    )

    def save_model(self, request: HttpRequest, obj: MerchandisingRule, form: Any, change: bool) -> None:
        names = ("query", "view", "action", "place", "skus", "attribute", "value", "starts_at", "ends_at")
        category = obj.category.code if obj.category else ""
        define_merchandising(DefineMerchandising(category=category, **_facts(obj, *names)))
        obj.refresh_from_db()
