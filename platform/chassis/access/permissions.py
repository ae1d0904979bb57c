"""REST framework's permissions. `OfThisShop` is the default; views with permissions of their own inherit from it."""

from typing import Any

from django.apps import apps
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from chassis.access.authentication import principal_of
from chassis.access.groups import asked, demand_group
from chassis.access.principal import Kind
from chassis.errors import Unauthenticated


class OfThisShop(BasePermission):
    """Guests, and customers of the channel group that the path's view belongs to; raises OtherChannelGroup."""

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = principal_of(request)
        name = getattr(view, "kwargs", {}).get("view")
        if principal.kind is not Kind.CUSTOMER or name is None:
            return True
        owner = apps.get_containing_app_config(type(view).__module__)
        if owner is not None and asked(owner.label):
            demand_group(owner.label, name, principal)
        return True


class SignedIn(OfThisShop):
    """Customers of this shop; raises Unauthenticated for a guest."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not principal_of(request).is_authenticated:
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
        return super().has_permission(request, view)
