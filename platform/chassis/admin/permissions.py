"""What staff may do: grants of the form `label.model.action`, segment by segment or with `*`.

`*` alone grants everything, `commerce.*` all of a domain, `commerce.order.*` all of an aggregate,
`*.*.view` looking at everything. Actions are view, add, change, delete, and each transition's name.
"""

from collections.abc import Iterable
from typing import Any

from chassis.access.principal import GUEST, Kind, Principal


def granted(grants: Iterable[str], wanted: str) -> bool:
    """Whether one of `grants` covers the permission `wanted` ("label.model.action")."""
    asked = wanted.split(".")
    return any(_covers(grant.split("."), asked) for grant in grants)


def staff_of(request: Any) -> Principal:
    """The staff principal of a request, GUEST when nobody or somebody else is there."""
    principal = getattr(request, "staff", GUEST)
    return principal if isinstance(principal, Principal) and principal.kind is Kind.STAFF else GUEST


def may(request: Any, label: str, model: str, action: str) -> bool:
    """Whether the request's staff member may do `action` on `label.model`; nobody else ever may."""
    principal = staff_of(request)
    return principal.kind is Kind.STAFF and granted(principal.permissions, f"{label}.{model}.{action}")


def _covers(grant: list[str], asked: list[str]) -> bool:
    for position, segment in enumerate(grant):
        if position >= len(asked):
            return False
        if segment == "*":
            if position == len(grant) - 1:
                return True
        elif segment != asked[position]:
            return False
    return len(grant) == len(asked)
