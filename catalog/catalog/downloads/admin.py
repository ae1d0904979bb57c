"""Rights to downloads in the admin."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin

from catalog.catalog.downloads.commands import renew_grant, revoke_grant
from catalog.catalog.downloads.models import DownloadGrant
from chassis.admin import LookOnly, Transition, shown


def _revoke(grant: DownloadGrant, _: Mapping[str, Any]) -> None:
    revoke_grant(grant.id)


def _renew(grant: DownloadGrant, _: Mapping[str, Any]) -> None:
    renew_grant(grant.id)


class DownloadGrantAdmin(LookOnly):
    list_display = ("granted_at", "order_link", "file", "used", "most", "expires_at", "revoked_at")
    list_select_related = ("file",)
    search_fields = ("order_number",)
    ordering = ("-granted_at",)
    fields = ("order_link", "file", ("used", "most"), ("granted_at", "expires_at", "revoked_at"))
    readonly_fields = ("order_link",)
    state_fields = ("used", "most", "expires_at", "revoked_at")
    transitions = (
        Transition(
            name="revoke",
            title="Take back",
            run=_revoke,
            when=lambda grant: grant.revoked_at is None,
            dangerous=True,
            explanation="The file cannot be fetched by it any more, links that were given out included.",
        ),
        Transition(
            name="renew", title="Give anew", run=_renew, explanation="Counted and timed from now, taken back or not."
        ),
    )

    @admin.display(description="order")
    def order_link(self, grant: DownloadGrant) -> str:
        return shown.link("commerce", "order", grant.order, grant.order_number)
