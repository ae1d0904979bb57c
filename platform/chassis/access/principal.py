"""Who is asking, as a value: it travels in tokens and sessions and is never a row.

It also answers what Django's permission checks ask of a user object, so that no domain needs a users table.
It decides nothing by itself beyond "is this permission among mine".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

MAX_LIFETIME = timedelta(minutes=10)
"""The longest that a token may say who somebody is."""


class Kind(StrEnum):
    """Guests have shown nothing; customers, staff and services have each signed in at their own door."""

    GUEST = "guest"
    CUSTOMER = "customer"
    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """`id` is the subject's id as text, empty for a guest; `session` names the sign-in, for its revocation.

    `channel_group` and `customer_group` are claims that choose what is shown. A permission is
    "label.action_model"; "label.*" grants a label's all, "*" everything. `issued_ms` is when its token was made, in
    milliseconds since 1970.
    """

    kind: Kind = Kind.GUEST
    id: str = ""
    channel_group: str = ""
    customer_group: str = ""
    permissions: frozenset[str] = frozenset()
    session: str = ""
    name: str = ""
    issued_ms: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    # What Django REST framework and the admin ask of `request.user`.

    @property
    def is_authenticated(self) -> bool:
        return self.kind is not Kind.GUEST

    @property
    def is_anonymous(self) -> bool:
        return self.kind is Kind.GUEST

    @property
    def is_active(self) -> bool:
        return self.is_authenticated

    @property
    def is_staff(self) -> bool:
        return self.kind is Kind.STAFF

    @property
    def is_superuser(self) -> bool:
        return self.is_staff and "*" in self.permissions

    @property
    def pk(self) -> str:
        return self.id

    def get_username(self) -> str:
        return self.name or self.id

    get_full_name = get_short_name = get_username

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether `perm` was granted. Customers and guests hold none, whatever their token says."""
        if self.kind not in (Kind.STAFF, Kind.SERVICE):
            return False
        label = perm.partition(".")[0]
        return bool(self.permissions & {perm, f"{label}.*", "*"})

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        if self.kind not in (Kind.STAFF, Kind.SERVICE):
            return False
        return "*" in self.permissions or any(held.startswith(f"{app_label}.") for held in self.permissions)


GUEST = Principal()
