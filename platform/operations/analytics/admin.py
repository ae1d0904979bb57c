"""Orders and revenue, searches: pages drawn on the server, no script, nothing fetched from elsewhere."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from chassis import clock
from chassis.admin import LookOnly, site
from operations.analytics.chart import Chart, draw
from operations.analytics.models import Channel, SearchFigure
from operations.analytics.queries import daily_sales
from operations.analytics.searches import searched_for

RANGES = (7, 30, 90, 365)


def charts(days: int) -> list[Chart]:
    """One chart per channel and currency that had sales in the last `days` days of that channel."""
    known = {channel.code: channel for channel in Channel.objects.all()}
    now = clock.now()
    # From the widest zones' yesterday to their tomorrow; each channel then keeps its own days.
    sales = daily_sales(first=(now - timedelta(days=days + 1)).date(), last=(now + timedelta(days=1)).date())
    found = []
    for (code, currency), group in groupby(sales, key=lambda sale: (sale.channel, sale.currency)):
        zone = ZoneInfo(known[code].time_zone if code in known else "UTC")
        last = now.astimezone(zone).date()
        first = last - timedelta(days=days - 1)
        mine = [sale for sale in group if first <= sale.day <= last]
        if mine:
            name = known[code].name if code in known else code
            found.append(draw(mine, channel=name, currency=currency, first=first, last=last))
    return found


@admin.register(Channel, site=site)
class SalesAdmin(LookOnly):
    """Channels as their figures."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("days", "")
        days = next((choice for choice in RANGES if str(choice) == asked), 30)
        context = {
            **self.admin_site.each_context(request),
            "title": "Orders and revenue",
            "opts": self.opts,
            "ranges": RANGES,
            "days": days,
            "charts": charts(days),
        }
        return TemplateResponse(request, "analytics/sales.html", context)


@admin.register(SearchFigure, site=site)
class SearchAdmin(LookOnly):
    """What was searched for in vain, and what most."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked, view = request.GET.get("days", ""), request.GET.get("view", "")
        days = next((choice for choice in RANGES if str(choice) == asked), 30)
        views = list(SearchFigure.objects.order_by("view").values_list("view", flat=True).distinct())
        view = view if view in views else ""
        context = {
            **self.admin_site.each_context(request),
            "title": "Searches and zero results",
            "opts": self.opts,
            "ranges": RANGES,
            "days": days,
            "views": views,
            "view": view,
            "tables": (
                ("Without result", searched_for(days=days, view=view, only_without_result=True)),
                ("Most searched for", searched_for(days=days, view=view)),
            ),
        }
        return TemplateResponse(request, "analytics/searches.html", context)
