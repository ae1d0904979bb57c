"""Commands of channels and their views."""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalog.catalog import slugs
from catalog.catalog.errors import InvalidValue, NotAChannel
from catalog.catalog.rebuilding import rebuild_all
from catalog.catalog.structure.putting import known, put
from catalog.pricing.tax_commands import TaxRateInput, replace_tax_rates
from catalog.product.models import Category, Channel, View
from chassis.unit_of_work import publish, unit_of_work
from contracts.catalog import ChannelChanged, ViewChanged


@dataclass(frozen=True, kw_only=True)
class DefineChannel:
    """A channel; `tax_rates` None leaves its rates as they are."""

    code: str
    name: str
    currency: str
    time_zone: str = "UTC"
    countries: tuple[str, ...] = ()
    prices_include_tax: bool = True
    active: bool = True
    tax_rates: tuple[TaxRateInput, ...] | None = None
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_channel(command: DefineChannel) -> UUID:
    """Make or change a channel and tell everybody who keeps a copy."""
    if len(command.currency) != 3 or not (command.currency.isascii() and command.currency.isupper()):
        raise NotAChannel("currency must be an ISO 4217 code.", field="/currency")
    if command.time_zone not in zoneinfo.available_timezones():
        raise NotAChannel("time_zone must be a name of the IANA database.", field="/time_zone")
    facts = {
        "name": command.name,
        "currency": command.currency,
        "time_zone": command.time_zone,
        "countries": list(command.countries),
        "prices_include_tax": command.prices_include_tax,
        "active": command.active,
    }
    with unit_of_work("catalog"):
        channel, changed = put(Channel, command, facts)
        if command.tax_rates is not None:
            replace_tax_rates(command.code, command.tax_rates)
        if changed:
            publish(
                channel_changed(channel),
                aggregate_id=channel.id,
                aggregate_version=channel.version,
                channel=channel.code,
            )
            if channel.version > 1:
                rebuild_all()
    return channel.id


@dataclass(frozen=True, kw_only=True)
class DefineView:
    """A view of a channel; `root` is the code of its root category."""

    code: str
    name: str
    channel: str
    locale: str
    root: str | None = None
    base_url: str = ""
    active: bool = True
    id: UUID | None = None
    external_id: Mapping[str, Any] = field(default_factory=dict)


def define_view(command: DefineView) -> UUID:
    """Make or change a view; its documents follow by a job."""
    # It stands in addresses and names the folder of its search index.
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", command.code):
        raise InvalidValue("code must be 1 to 64 letters, digits, - or _.", field="/code")
    with unit_of_work("catalog"):
        channel = known(Channel, command.channel, "/channel")
        root = known(Category, command.root, "/root") if command.root else None
        facts = {
            "name": command.name,
            "channel_id": channel.id,
            "locale": command.locale,
            "root_id": root.id if root else None,
            "base_url": _address(command.base_url),
            "active": command.active,
        }
        view, changed = put(View, command, facts)
        if changed:
            publish(
                view_changed(view, channel=channel.code),
                aggregate_id=view.id,
                aggregate_version=view.version,
                channel=channel.code,
            )
            slugs.name_categories_of(view)
            rebuild_all()
    return view.id


def channel_changed(channel: Channel) -> ChannelChanged:
    """The event that says what a channel is now."""
    return ChannelChanged(
        code=channel.code,
        name=channel.name,
        currency=channel.currency,
        time_zone=channel.time_zone,
        countries=tuple(channel.countries),
        prices_include_tax=channel.prices_include_tax,
        active=channel.active,
    )


def view_changed(view: View, *, channel: str) -> ViewChanged:
    """The event that says what a view is now."""
    return ViewChanged(
        code=view.code,
        name=view.name,
        channel=channel,
        locale=view.locale,
        active=view.active,
        base_url=view.base_url,
    )


def _address(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise InvalidValue("base_url must be an address that starts with https://.", field="/base_url")
    return url.rstrip("/") + "/" if url else ""
