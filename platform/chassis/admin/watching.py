"""What waits for staff, on the admin's first page: a number and the list behind it.

site.watch(Watch(model=Order, title="orders on hold", query={"state": "held"}))
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db import InterfaceError, OperationalError, models
from django.http import HttpRequest
from django.urls import reverse

from chassis import domains
from chassis.admin.permissions import may

log = logging.getLogger("chassis.admin")
MOST = 999
"""Counted no further: the number calls for attention, it is no statistic."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """`query` are the parameters of the list; unless `rows` says otherwise they filter columns of the same names."""

    model: type[models.Model]
    title: str
    query: Mapping[str, str] = field(default_factory=dict)
    rows: Callable[[], "models.QuerySet[Any]"] | None = None
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A watch with its number, as the page shows it."""

    domain: str
    title: str
    number: str
    url: str
    urgent: bool


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What waits, urgent ones first, and the domains of which nothing can be said now."""

    waiting: list[Waiting]
    silent: list[str]


def overview(watches: list[Watch], request: HttpRequest) -> Overview:
    """What this staff member may see of the watches and is not zero. A database that is down hides no other's."""
    found: list[Waiting] = []
    silent: dict[str, str] = {}
    for watch in watches:
        label = watch.model._meta.app_label
        # Asked once and no more: each further question would wait for a connection as long.
        if label in silent or not _may_see(watch, request):
            continue
        try:
            found += _look(watch)
        except (OperationalError, InterfaceError) as failure:
            log.warning("The overview lacks what waits in %s: %s", label, type(failure).__name__)
            silent[label] = str(apps.get_app_config(label).verbose_name)
    return Overview(waiting=sorted(found, key=lambda one: not one.urgent), silent=list(silent.values()))


def _may_see(watch: Watch, request: HttpRequest) -> bool:
    meta = watch.model._meta
    return any(may(request, meta.app_label, str(meta.model_name), action) for action in ("view", "change"))


def _look(watch: Watch) -> list[Waiting]:
    meta = watch.model._meta
    every = watch.model._default_manager.using(domains.get(meta.app_label).alias)
    rows = every.filter(**watch.query) if watch.rows is None else watch.rows()
    number = rows.order_by()[: MOST + 1].count()
    if not number:
        return []
    return [
        Waiting(
            domain=str(apps.get_app_config(meta.app_label).verbose_name),
            title=watch.title,
            number=f"{MOST}+" if number > MOST else str(number),
            url=f"{reverse(f'admin:{meta.app_label}_{meta.model_name}_changelist')}?{urlencode(watch.query)}",
            urgent=watch.urgent,
        )
    ]
