"""Pages of the old shop at our address: those that it had (url_rewrite) are led to ours or passed on, no others."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase, HttpResponseRedirectBase

from chassis.clients import UnboundClient, client
from chassis.errors import DomainError
from contracts.dialect import CatalogDialect, OldAddress
from strangler.routing import figures, shoppers
from strangler.routing.flags import ADDRESS, OURS
from strangler.routing.legacy import pass_on
from strangler.routing.standing import WATCH
from strangler.routing.surface import onward_page

STORE = "store"
"""Magento's own cookie and, with ___ before it, parameter for the store that somebody looks at."""


class _Permanently(HttpResponseRedirectBase):
    status_code = 301


def old_page(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to a page of the old shop; None for a path that it had not."""
    path = onward_page(request.path_info)
    if not settings.LEGACY_URL or path is None:
        return None
    try:
        found = _found(request)
    except (DomainError, UnboundClient):
        # Nobody here knows now what it had, and its shoppers must not stand before a closed door for that.
        figures.ANSWERED.labels(ADDRESS.name, "legacy", "failed").inc()
        return pass_on(request, path)
    if found is None:
        return None
    standing = WATCH.standing()
    mode, percentage = standing.mode(ADDRESS)
    place, new = shoppers.place_of(request)
    chosen = mode == OURS and shoppers.within(place, percentage)
    if not (chosen and found.url and not standing.why_not(ADDRESS)):
        figures.ANSWERED.labels(ADDRESS.name, "legacy", mode if not chosen else "unhealthy").inc()
        return pass_on(request, path)
    figures.ANSWERED.labels(ADDRESS.name, "ours", "").inc()
    query = request.META.get("QUERY_STRING", "")
    url = found.url + (f"?{query}" if query and "?" not in found.url else "")
    # For all time only once for everybody: a browser keeps it.
    lasts = found.permanent and percentage == 100
    response = _Permanently(url) if lasts else HttpResponseRedirect(url)
    if new:
        shoppers.keep(response, place, secure=request.is_secure())
    return response


def _found(request: HttpRequest) -> OldAddress | None:
    store = request.GET.get(f"___{STORE}") or request.COOKIES.get(STORE, "")
    return client(CatalogDialect).old_address(
        source=settings.MAGENTO_NAME, store=store[:32] if store.isidentifier() else "", path=request.path_info
    )
