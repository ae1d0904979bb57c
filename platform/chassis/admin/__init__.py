"""The staff's admin over six databases: one site, a mixin per aggregate, history, transitions as buttons.

    from chassis.admin import DomainAdmin, Transition, register_messaging, site

    @site.register(Warehouse)  # or: @admin.register(Warehouse, site=site)
    class WarehouseAdmin(DomainAdmin): ...

    register_messaging("logistics")

It owns no table and asks no users table: who works is the Principal of a signed staff session. It never writes
Django's LogEntry. Names are loaded when first asked for, because a domain's models.py imports
`chassis.admin.history` at a time when the admin itself cannot be imported yet.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.admin.history import HistoryEntry, record_history
    from chassis.admin.inlines import DomainStackedInline, DomainTabularInline
    from chassis.admin.look_only import Defined, LookOnly, ShownInline
    from chassis.admin.messaging import register_messaging
    from chassis.admin.model_admin import DomainAdmin
    from chassis.admin.staff_site import StaffSite, site
    from chassis.admin.transitions import Transition
    from chassis.admin.watching import Watch

__all__ = [
    "Defined",
    "DomainAdmin",
    "DomainStackedInline",
    "DomainTabularInline",
    "HistoryEntry",
    "LookOnly",
    "ShownInline",
    "StaffSite",
    "Transition",
    "Watch",
    "record_history",
    "register_messaging",
    "site",
]

_HOME = {
    "Defined": "look_only",
    "DomainAdmin": "model_admin",
    "DomainStackedInline": "inlines",
    "DomainTabularInline": "inlines",
    "HistoryEntry": "history",
    "record_history": "history",
    "LookOnly": "look_only",
    "ShownInline": "look_only",
    "register_messaging": "messaging",
    "StaffSite": "staff_site",
    "site": "staff_site",
    "Transition": "transitions",
    "Watch": "watching",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    found = getattr(import_module(f"chassis.admin.{_HOME[name]}"), name)
    globals()[name] = found
    return found
