"""Rows that nobody writes by hand: what staff may do to them are transitions."""

from typing import Any

from django.http import HttpRequest

from chassis.admin.inlines import DomainTabularInline
from chassis.admin.model_admin import DomainAdmin


class LookOnly(DomainAdmin):
    """An aggregate that is looked at; its transitions are the only way to change it from here."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Defined(DomainAdmin):
    """Made and ended by commands, never added or deleted by hand; what its `fields` leave open may be edited."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownInline(DomainTabularInline):
    """Rows of an aggregate that are looked at in it and written by commands."""

    can_delete = False
    hide_title = True  # a row's own name is in its columns, or is of no use to anybody

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
