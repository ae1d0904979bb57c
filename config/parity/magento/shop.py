"""Websites, stores and settings, as Magento looks them up."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from strangler.scopes import Configuration, read_configuration
from strangler.source import Source

ADMIN = 0


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True, kw_only=True)
class Store:
    """A store view."""

    id: int
    code: str
    name: str
    website: int
    active: bool
    root: str


@dataclass(frozen=True, kw_only=True)
class Website:
    """A website; `default` is the store whose values speak for all of it."""

    id: int
    code: str
    name: str
    stores: tuple[Store, ...]
    default: Store | None


@dataclass(frozen=True, kw_only=True)
class Shop:
    """All of it, without the admin's own website and store."""

    websites: dict[int, Website]
    configuration: Configuration

    @property
    def stores(self) -> dict[int, Store]:
        """Every store by its id."""
        return {store.id: store for site in self.websites.values() for store in site.stores}

    @property
    def prices_per_website(self) -> bool:
        """Whether a website may have prices of its own."""
        return self.configuration.get("catalog/price/scope") == "1"

    def currency(self, site: Website) -> str:
        """What prices are entered in."""
        where = {"website": site.id} if self.prices_per_website else {}
        return self.configuration.get("currency/options/base", **where)

    def zone(self, site: Website) -> ZoneInfo:
        """Where a website's days begin; UTC where its zone is none."""
        name = self.configuration.get("general/locale/timezone", website=site.id)
        return ZoneInfo(name if name in _zones() else "UTC")

    def locale(self, store: Store) -> str:
        """As BCP 47 has it."""
        return self.configuration.get("general/locale/code", store=store.id, website=store.website).replace("_", "-")


def read_shop(source: Source) -> Shop:
    """The shop as it is now."""
    stores: dict[int, list[Store]] = {}
    for row in source.rows(
        "SELECT s.*, g.root_category_id FROM {store} s JOIN {store_group} g ON g.group_id = s.group_id"
        " WHERE s.store_id <> 0 ORDER BY s.sort_order, s.store_id"
    ):
        store = Store(id=int(row["store_id"] or 0), code=str(row["code"]), name=str(row["name"] or row["code"]),
                      website=int(row["website_id"] or 0), active=row["is_active"] == 1,
                      root=str(row["root_category_id"] or ""))  # fmt: skip
        stores.setdefault(store.website, []).append(store)
    websites = {}
    for row in source.rows(
        "SELECT w.*, g.default_store_id FROM {store_website} w"
        " LEFT JOIN {store_group} g ON g.group_id = w.default_group_id WHERE w.website_id <> 0 ORDER BY w.website_id"
    ):
        mine = stores.get(int(row["website_id"] or 0), [])
        ranked = sorted(mine, key=lambda store, row=row: (store.id != row["default_store_id"], not store.active))
        websites[int(row["website_id"] or 0)] = Website(
            id=int(row["website_id"] or 0), code=str(row["code"]), name=str(row["name"] or row["code"]),
            stores=tuple(mine), default=next(iter(ranked), None),
        )  # fmt: skip
    return Shop(websites=websites, configuration=read_configuration(source))


def moment(text: object) -> datetime | None:
    """A stored time: UTC, whether the column says so or not."""
    if not text or str(text).startswith("0000"):
        return None
    read = datetime.fromisoformat(str(text))
    return read if read.tzinfo else read.replace(tzinfo=UTC)
