"""Websites and stores as channels and views.

A setting is looked up as Magento does: the store's, else its website's, else the default's, else what Magento's own
config.xml ships. Website 0 is the admin's and no channel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import available_timezones

from catalog.commands import DefineChannel, DefineView, define_channel, define_view
from catalog.legacy import made
from catalog.legacy.tables import MIRROR
from catalog.product import scopes
from catalog.product.models import Category, Channel, View
from chassis.ids import migrated_id
from chassis.mirrors import Found, Row

ADMIN = 0
SHIPPED = {
    "catalog/price/scope": "0",
    "currency/options/base": "USD",
    "currency/options/default": "USD",
    "general/country/default": "US",
    "general/locale/code": "en_US",
    "general/locale/timezone": "America/Los_Angeles",
    "tax/calculation/price_includes_tax": "0",
}
# What is made anew when websites and stores are others.
_DEPENDING = (
    *("attribute", "category", "product", "composition", "tax_rule", "cms_page", "cms_block"),
    *("address", "review", "wishlist"),
)


@dataclass(frozen=True, kw_only=True)
class Store:
    """A store view."""

    id: int
    code: str
    name: str
    website: int
    root: str
    active: bool
    position: int

    @property
    def scope(self) -> str:
        """Its key as a scope of ours."""
        return scopes.view_scope(self.code)


@dataclass(frozen=True, kw_only=True)
class Website:
    """A website with its views; `default` is the one whose values hold for the whole of it."""

    id: int
    code: str
    name: str
    stores: tuple[Store, ...]
    default: Store | None

    @property
    def scope(self) -> str:
        """Its key as a scope of ours."""
        return scopes.channel_scope(self.code)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """All websites and settings of a source."""

    source: str
    websites: Mapping[int, Website]
    settings: Mapping[tuple[str, str, int], str | None] = field(default_factory=dict)

    @property
    def stores(self) -> dict[int, Store]:
        """Every view by its id."""
        return {store.id: store for website in self.websites.values() for store in website.stores}

    @property
    def prices_per_website(self) -> bool:
        """Whether a website may have prices of its own."""
        return self.setting("catalog/price/scope") == "1"

    def setting(self, path: str, *, website: int = ADMIN, store: int = ADMIN) -> str:
        """A setting as a store of a website sees it."""
        for scope in (("stores", store), ("websites", website), ("default", 0)):
            if (value := self.settings.get((path, *scope))) is not None:
                return value
        return SHIPPED.get(path, "")

    def zone(self, site: Website) -> str:
        """The name of a website's time zone; UTC for one that nobody knows."""
        zone = self.setting("general/locale/timezone", website=site.id)
        return zone if zone in _zones() else "UTC"


@cache
def _zones() -> frozenset[str]:
    # Reading the database of time zones costs as much as reading a product.
    return frozenset(available_timezones())


def shop_of(source: str) -> Shop:
    """The websites, stores and settings that have arrived."""
    groups = _all(source, "group", "store_group")
    stores: dict[int, list[Store]] = {}
    for row in _all(source, "store", "store").values():
        group = groups.get(row["group_id"] or "", {})
        store = Store(
            id=int(row["store_id"] or 0),
            code=row["code"] or "",
            name=row["name"] or row["code"] or "",
            website=int(row["website_id"] or 0),
            root=group.get("root_category_id") or "",
            active=row["is_active"] == "1",
            position=int(row.get("sort_order") or 0),
        )
        if store.id != ADMIN:
            stores.setdefault(store.website, []).append(store)
    websites = {}
    for row in _all(source, "website", "store_website").values():
        id_ = int(row["website_id"] or 0)
        if id_ != ADMIN:
            mine = tuple(sorted(stores.get(id_, ()), key=lambda s: (s.position, s.id)))
            default = groups.get(row["default_group_id"] or "", {}).get("default_store_id")
            websites[id_] = Website(
                id=id_,
                code=row["code"] or "",
                name=row["name"] or row["code"] or "",
                stores=mine,
                default=_default(mine, default),
            )
    settings = {
        (row["path"] or "", row["scope"] or "default", int(row["scope_id"] or 0)): row["value"]
        for row in _all(source, "setting", "core_config_data").values()
    }
    return Shop(source=source, websites=dict(sorted(websites.items())), settings=settings)


def make_shop(source: str, _: Iterable[str] = ()) -> None:
    """Define every channel and view; what depends on them follows if they changed."""
    shop = shop_of(source)
    channels = {str(site.id): _channel(shop, site) for site in shop.websites.values()}
    roots = set(Category.objects.filter(parent=None).values_list("code", flat=True))
    views = {str(store.id): _view(shop, store, roots) for store in shop.stores.values()}
    for owner in made.changed(source, "website", channels):
        define_channel(channels[owner])
    for owner in made.changed(source, "store", views):
        define_view(views[owner])
    _close(source, shop)
    MIRROR.replace_findings(source, "website", [str(id_) for id_ in (ADMIN, *shop.websites)], _found_sites(shop))
    MIRROR.replace_findings(source, "store", list(_all(source, "store", "store")), _found_stores(source, shop))
    MIRROR.replace_findings(
        source, "group", ["0"], [Found(owner="0", code="of_the_admin", whole=True)] if shop.websites else ()
    )
    meaning = {
        "sites": [(site.code, site.default and site.default.code) for site in shop.websites.values()],
        "stores": [(s.id, s.code, s.website, s.active) for s in shop.stores.values()],
        "prices": shop.prices_per_website,
        "zones": [channel.time_zone for channel in channels.values()],
    }
    taxed = sorted((*key, value) for key, value in shop.settings.items() if key[0].startswith(("tax/", "shipping/")))
    if made.changed(source, "tax_settings", {"all": taxed}):
        MIRROR.touch_all(source, "tax_rule")
    if made.changed(source, "scopes", {"all": meaning}):
        for kind in _DEPENDING:
            MIRROR.touch_all(source, kind)


def _channel(shop: Shop, site: Website) -> DefineChannel:
    country = shop.setting("general/country/default", website=site.id)
    return DefineChannel(
        code=site.code,
        name=site.name,
        currency=_currency(shop, site),
        time_zone=shop.zone(site),
        countries=(country,) if country else (),
        prices_include_tax=shop.setting("tax/calculation/price_includes_tax", website=site.id) == "1",
        active=any(store.active for store in site.stores),
        id=migrated_id(shop.source, "website", site.id),
        external_id={shop.source: str(site.id)},
    )


def _currency(shop: Shop, site: Website) -> str:
    """Prices are entered in the base currency; a website has one of its own only if it has prices of its own."""
    return shop.setting("currency/options/base", website=site.id if shop.prices_per_website else ADMIN)


def _view(shop: Shop, store: Store, roots: set[str]) -> DefineView:
    root = category_code(shop.source, store.root)
    locale = shop.setting("general/locale/code", website=store.website, store=store.id)
    return DefineView(
        code=store.code,
        name=store.name,
        channel=shop.websites[store.website].code,
        locale=locale.replace("_", "-"),
        # The category may be still to come: it makes the shop anew.
        root=root if root in roots else None,
        active=store.active,
        id=migrated_id(shop.source, "store", store.id),
        external_id={shop.source: str(store.id)},
    )


def category_code(source: str, category: str) -> str:
    """The code of a category: names and url keys are neither unique nor for ever."""
    return f"{source}-{category}"


def _close(source: str, shop: Shop) -> None:
    """Websites and stores that are there no more."""
    for owner in made.known(source, "store") - {str(id_) for id_ in shop.stores}:
        if view := View.objects.filter(id=migrated_id(source, "store", owner)).select_related("channel").first():
            define_view(
                DefineView(
                    code=view.code, name=view.name, channel=view.channel.code, locale=view.locale,
                    active=False, id=view.id, external_id=view.external_id,
                )
            )  # fmt: skip
        made.forget(source, "store", [owner])
    for owner in made.known(source, "website") - {str(id_) for id_ in shop.websites}:
        if channel := Channel.objects.filter(id=migrated_id(source, "website", owner)).first():
            define_channel(
                DefineChannel(
                    code=channel.code, name=channel.name, currency=channel.currency, time_zone=channel.time_zone,
                    countries=tuple(channel.countries), prices_include_tax=channel.prices_include_tax,
                    active=False, id=channel.id, external_id=channel.external_id,
                )
            )  # fmt: skip
        made.forget(source, "website", [owner])


def _found_sites(shop: Shop) -> Iterable[Found]:
    if shop.websites:
        yield Found(owner="0", code="of_the_admin", whole=True)
    for site in shop.websites.values():
        owner = str(site.id)
        zone = shop.setting("general/locale/timezone", website=site.id)
        if zone != shop.zone(site):
            yield Found(owner=owner, code="unknown_time_zone", detail=zone)
        if not site.stores:
            yield Found(owner=owner, code="no_store")
        for store in site.stores:
            shown = shop.setting("currency/options/default", website=site.id, store=store.id)
            if shown != _currency(shop, site):
                yield Found(owner=owner, code="display_currency", detail=f"{store.code} shows {shown}")


def _found_stores(source: str, shop: Shop) -> Iterable[Found]:
    for owner in _all(source, "store", "store"):
        if owner == str(ADMIN):
            yield Found(owner=owner, code="of_the_admin", whole=True)
        elif int(owner) not in shop.stores:
            yield Found(owner=owner, code="unknown_website", whole=True)


def _default(stores: tuple[Store, ...], default: str | None) -> Store | None:
    """The website's default view, else the first that is open, else the first."""
    named = [store for store in stores if str(store.id) == default]
    return next(iter([*named, *(s for s in stores if s.active), *stores]), None)


def _all(source: str, kind: str, table: str) -> dict[str, Row]:
    found = MIRROR.rows_of(source, kind)
    return {owner: row for owner, rows in found.items() if (row := rows.one(table))}
