"""Search by what staff have at hand: an id, a whole e-mail address, or a part of the `search_fields`.

E-mail columns are encrypted: an address is found through its keyed hash, hence as a whole only.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from chassis.fields import keyed_hash


class FoundByKey:
    """Put it before DomainAdmin. `email_hash` names the column that keeps the hash, empty where there is none."""

    email_hash = ""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        term = search_term.strip()
        if "@" in term and self.email_hash:
            return queryset.filter(**{self.email_hash: keyed_hash(term)}), False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            return super().get_search_results(request, queryset, term)  # type: ignore[misc]
