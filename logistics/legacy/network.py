"""Sources, and which channel sells from which, as the old shop has them.

A website's channel has the website's code. Magento puts a stock between the two: a website sells from one stock, a
stock from several sources in an order. Shops without multi-source inventory have no such tables; there all websites
sell from one source, which is called `default` as Magento itself does when it is upgraded.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from chassis.ids import migrated_id
from chassis.mirrors import Found, Row, Rows
from logistics.legacy.models import LegacyRow
from logistics.legacy.rows import ALL, MIRROR, SETTINGS
from logistics.warehouse.commands import (
    DefineSource,
    LinkChannel,
    UnlinkChannel,
    define_source,
    link_channel,
    unlink_channel,
)
from logistics.warehouse.models import ChannelSource, Source

DEFAULT = "default"
OPTIONS = f"{SETTINGS}item_options/"
# Magento's own defaults of what its settings may leave out.
DEFAULTS = {"manage_stock": "1", "backorders": "0", "min_qty": "0"}
_DETAILS = ("description", "latitude", "longitude", "region", "city", "street", "postcode", "contact_name", "email",
            "phone", "fax")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Network:
    """The old shop's sources by code; source codes per stock by priority; the stock of each website."""

    rows: Rows = field(repr=False)
    multi_source: bool

    @cached_property
    def sources(self) -> dict[str, Row]:
        """Rows of sources by code; the one source of a shop that knows no others."""
        if not self.multi_source:
            return {DEFAULT: {"source_code": DEFAULT, "name": "Default Source", "enabled": "1", "country_id": ""}}
        return {str(row["source_code"]): row for row in self.rows.all("inventory_source")}

    @cached_property
    def links(self) -> dict[str, list[tuple[str, int]]]:
        """(source code, priority) per stock, the nearest first."""
        if not self.multi_source:
            return {"1": [(DEFAULT, 1)]}
        links: dict[str, list[tuple[str, int]]] = {}
        for row in self.rows.all("inventory_source_stock_link"):
            link = (str(row["source_code"]), int(row.get("priority") or 0))
            links.setdefault(str(row["stock_id"]), []).append(link)
        return {stock: sorted(several, key=lambda link: (link[1], link[0])) for stock, several in links.items()}

    @cached_property
    def websites(self) -> frozenset[str]:
        """Codes of the websites, without the admin's."""
        return frozenset(str(row["code"]) for row in self.rows.all("store_website") if row["website_id"] != "0")

    @cached_property
    def channels(self) -> dict[str, str]:
        """The stock of each website."""
        if not self.multi_source:
            return dict.fromkeys(self.websites, "1")
        rows = [row for row in self.rows.all("inventory_stock_sales_channel") if row["type"] == "website"]
        return {str(row["code"]): str(row["stock_id"]) for row in rows if row["code"] in self.websites}

    def selling(self, stock: str) -> list[str]:
        """Codes of the enabled sources of a stock, the nearest first."""
        return [code for code, _ in self.links.get(stock, ()) if self.sources.get(code, {}).get("enabled") == "1"]

    def setting(self, name: str) -> str:
        """A default of all products' stock settings."""
        for row in self.rows.all("core_config_data"):
            if row["path"] == OPTIONS + name and row["scope"] == "default":
                return row["value"] or "0"
        return DEFAULTS[name]


def read_network(source: str) -> Network:
    """The network as its kept rows have it now."""
    rows = MIRROR.rows_of(source, "network", [ALL])[ALL]
    return Network(rows=rows, multi_source=bool(rows.all("inventory_source")) or not _has_stock_items(source))


def _has_stock_items(source: str) -> bool:
    # Stock settings come after the sources: where they are and sources are not, there are none to come.
    return LegacyRow.objects.filter(source=source, kind="product", after__isnull=False).exists()


def make_network(source: str, owners: list[str]) -> None:
    """Define the sources, link and unlink channels, and have all stock looked at again."""
    network = read_network(source)
    _define_sources(source, network)
    _link_channels(source, network)
    # Which source a reservation is taken from depends on links and switches, settings on settings.
    MIRROR.touch_all(source, "sku")
    MIRROR.replace_findings(source, "network", [ALL], _findings(network))


def _define_sources(source: str, network: Network) -> None:
    known = {row.code: row for row in Source.objects.filter(external_id__has_key=source)}
    for code, row in sorted(network.sources.items()):
        wanted = (row.get("name") or code, (row.get("country_id") or "")[:2], row.get("enabled") == "1")
        if code in known and wanted == (known[code].name, known[code].country, known[code].enabled):
            continue
        define_source(DefineSource(
            code=code, name=wanted[0], country=wanted[1], enabled=wanted[2],
            id=migrated_id(source, "inventory_source", code), external_id={source: code},
        ))  # fmt: skip
    for code in sorted(known.keys() - network.sources.keys()):
        if known[code].enabled:  # it has a ledger, so it stays, and sells nothing
            define_source(DefineSource(code=code, name=known[code].name, country=known[code].country, enabled=False))


def _link_channels(source: str, network: Network) -> None:
    wanted = {
        (channel, code): priority
        for channel, stock in network.channels.items()
        for code, priority in network.links.get(stock, ())
        if code in network.sources
    }
    links = ChannelSource.objects.filter(source__external_id__has_key=source).select_related("source")
    present = {(link.channel, link.source.code): link.priority for link in links}
    for (channel, code), priority in sorted(wanted.items()):
        if present.get((channel, code)) != priority:
            link_channel(LinkChannel(channel=channel, source=code, priority=priority))
    ours = network.websites | _former_channels(source)
    for channel, code in sorted(present.keys() - wanted.keys()):
        if channel in ours:
            unlink_channel(UnlinkChannel(channel=channel, source=code))


def _former_channels(source: str) -> set[str]:
    """Every website that ever sold from a stock: the keys of rows stay when the rows go."""
    rows = LegacyRow.objects.filter(source=source, table="inventory_stock_sales_channel")
    return {json.loads(key)[1] for key in rows.values_list("key", flat=True)}


def _findings(network: Network) -> Iterator[Found]:
    for code, row in sorted(network.sources.items()):
        if details := [name for name in _DETAILS if row.get(name)]:
            yield _found("source_details", f"{code}: {', '.join(details)} stay behind")
        stocks = sorted(stock for stock, links in network.links.items() if code in dict(links))
        if not stocks:
            yield _found("source_sells_nowhere", f"{code} belongs to no stock; its quantities are carried")
        if len(stocks) > 1:
            yield _found("source_in_several_stocks", f"{code} in stocks {', '.join(stocks)}: what is reserved in "
                         "one of them is taken off all, where the old shop sold it twice")  # fmt: skip
    for stock, links in sorted(network.links.items()):
        for code in sorted(dict(links).keys() - network.sources.keys()):
            yield _found("no_such_source", f"stock {stock} names source {code}")
    for code in sorted(network.websites - network.channels.keys()):
        yield _found("website_without_stock", f"{code} sells from no source")
    for row in network.rows.all("inventory_stock_sales_channel"):
        if row["code"] not in network.websites or row["type"] != "website":
            yield _found("no_such_website", f"stock {row['stock_id']} is sold in {row['type']} {row['code']}")
    yield from _settings(network.rows)


def _settings(rows: Rows) -> Iterator[Found]:
    for row in rows.all("core_config_data"):
        name = str(row["path"])
        if name.removeprefix(OPTIONS) not in DEFAULTS:
            yield _found("setting_not_carried", f"{name} = {row['value']}")
        elif row["scope"] != "default":
            yield _found("setting_of_one_scope", f"{name} = {row['value']} of {row['scope']} {row['scope_id']}")


def _found(code: str, detail: str) -> Found:
    return Found(owner=ALL, code=code, detail=detail)


def settings_of(network: Network, row: Row | None) -> Mapping[str, str]:
    """A product's stock settings, each its own or, where `use_config_…` says so, the shop's."""
    own = row or {}
    return {
        name: network.setting(name) if own.get(f"use_config_{name}", "1") == "1" else own.get(name) or "0"
        for name in DEFAULTS
    }
