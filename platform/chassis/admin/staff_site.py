"""The admin site: opened by a staff session, by nothing else."""

from collections.abc import Callable
from functools import update_wrapper
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import autodiscover, options
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from unfold.sites import UnfoldAdminSite

from chassis.admin.middleware import SESSION_COOKIE
from chassis.admin.permissions import staff_of
from chassis.admin.watching import Watch, overview

# The admin asks for a content type's id on every form, for LogEntry and for redirects to an object's public page.
# Neither exists here and content types have no table; this is one name to replace, else 40 lines to copy.
options.get_content_type_for_model = lambda _: SimpleNamespace(pk=None)  # type: ignore[assignment,return-value]

SIGN_IN, SIGN_OUT, RENEW = "/staff/sign-in/", "/staff/sign-out/", "/staff/renew/"


class NoLogEntries(list[Any]):
    """What Django's templates ask of LogEntry rows: there are none, history lives with the aggregates."""

    def filter(self, *args: Any, **kwargs: Any) -> "NoLogEntries":
        return self


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]
    """One admin for all domains of this process. Sessions are identity's; this only reads them."""

    index_title = "Overview"
    index_template = "chassis_admin/index.html"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.watches: list[Watch] = []
        # Kind of principal -> (label, model) of its page; set by the domain that knows people.
        self.actors: dict[str, tuple[str, str]] = {}

    def watch(self, *watches: Watch) -> None:
        """Show on the first page how much of these waits, to those who may see it."""
        self.watches += watches

    def get_urls(self) -> list[Any]:
        """Loads the domains' pages: here and not with the apps, since workers and relays serve none."""
        autodiscover()
        return super().get_urls()  # type: ignore[no-any-return]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        found = overview(self.watches, request)
        return super().index(request, {"waiting": found.waiting, "silent": found.silent, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Domains and their pages in the order of their registration: what matters most first, mechanism last."""
        apps: dict[str, dict[str, Any]] = self._build_app_dict(request, app_label)
        place = {model: number for number, model in enumerate(self._registry)}
        for app in apps.values():
            app["models"].sort(key=lambda page: place[page["model"]])
        return sorted(apps.values(), key=lambda app: place[app["models"][0]["model"]])

    def has_permission(self, request: HttpRequest) -> bool:
        return staff_of(request).is_staff

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                return to_sign_in(request)
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return to_sign_in(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # 307 keeps the POST and its CSRF token: signing out by a mere link would be open to forgery.
        return HttpResponseRedirect(getattr(settings, "STAFF_SIGN_OUT_URL", SIGN_OUT), status=307)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return to_sign_in(request)

    def get_log_entries(self, request: HttpRequest) -> Any:
        return NoLogEntries()


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To identity's door. A session that has only expired is renewed there and the request repeated as it was."""
    target = request.get_full_path()
    if request.COOKIES.get(SESSION_COOKIE):
        # 307: a form that took longer than a token lives is sent again with its fields, not lost.
        address, status = getattr(settings, "STAFF_RENEW_URL", RENEW), 307
    else:
        address, status = getattr(settings, "STAFF_SIGN_IN_URL", SIGN_IN), 302
    answer = HttpResponseRedirect(f"{address}?{urlencode({'next': target})}", status=status)
    add_never_cache_headers(answer)
    return answer


site = StaffSite(name="admin")
