"""What every domain's tests of its admin share: a signed-in staff member, and lists counted by their queries.

For tests only; it needs pytest's monkeypatch and no other domain, so that a domain's tests run alone.
"""

from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chassis import domains
from chassis.access.principal import Kind, Principal
from chassis.admin.staff_site import site


def sign_in_as(monkeypatch: Any, *grants: str) -> set[str]:
    """Every request is a staff member's with these grants; change the set that is returned to change them."""
    held = set(grants)

    def staff(request: object) -> Principal:
        return Principal(kind=Kind.STAFF, id="7", permissions=frozenset(held))

    monkeypatch.setattr("chassis.admin.middleware._staff", staff)
    return held


def queries_of_lists(client: Client, label: str, *, search: str = "x") -> dict[str, int]:
    """Open every list of a domain, and search in it where it can be; queries by address.

    AssertionError with the address for any answer but 200.
    """
    found = {}
    for model, page in site._registry.items():
        if model._meta.app_label != label:
            continue
        address = reverse(f"admin:{label}_{model._meta.model_name}_changelist")
        for asked in (address, f"{address}?q={search}") if page.search_fields else (address,):
            found[asked] = queries_of_page(client, label, asked)
    return found


def queries_of_page(client: Client, label: str, address: str) -> int:
    """How many queries a page of a domain takes; AssertionError unless it answers 200."""
    with CaptureQueriesContext(connections[domains.get(label).alias]) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(captured)
