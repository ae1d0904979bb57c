"""Permission checks by the staff principal, for aggregates and for the rows shown inside them."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import StackedInline, TabularInline

from chassis.admin.permissions import may


class Guarded:
    """Grants "label.model.action" instead of Django's permission rows."""

    opts: Any

    def _granted(self, request: HttpRequest, action: str) -> bool:
        return may(request, self.opts.app_label, self.opts.model_name, action)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "view") or self._granted(request, "change")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "change")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "add")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._granted(request, "delete")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class DomainTabularInline(Guarded, TabularInline):  # type: ignore[misc]
    """Rows of an aggregate, one line each."""

    extra = 0


class DomainStackedInline(Guarded, StackedInline):  # type: ignore[misc]
    """Rows of an aggregate, one block each."""

    extra = 0
