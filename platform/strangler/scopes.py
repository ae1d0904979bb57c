"""Websites, stores and the configuration keys that decide how their data reads.

A configuration value is looked up as Magento does: the store's, else its website's, else the default's, else
what Magento's own config.xml ships.
"""

from dataclasses import dataclass

from strangler.source import Source

# What config.xml says when core_config_data holds no row.
SHIPPED = {
    "catalog/price/scope": "0",
    "currency/options/base": "USD",
    "currency/options/default": "USD",
    "currency/options/allow": "USD,EUR",
    "general/country/default": "US",
    "general/locale/code": "en_US",
    "general/locale/timezone": "America/Los_Angeles",
    "tax/calculation/price_includes_tax": "0",
    "customer/account_share/scope": "1",
}


@dataclass(frozen=True, kw_only=True)
class Store:
    """A store view with its resolved settings. `currency` is the one shown, `base_currency` prices' own."""

    store_id: int
    code: str
    name: str
    website: str
    group: str
    active: bool
    locale: str
    timezone: str
    country: str
    currency: str
    currencies: tuple[str, ...]
    base_currency: str
    prices_include_tax: bool
    root_category: int


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """core_config_data with Magento's fall-backs."""

    values: dict[tuple[str, str, int], str | None]

    def get(self, path: str, *, store: int = 0, website: int = 0) -> str:
        """The value as a store of a website sees it; "" when neither the shop nor Magento sets it."""
        for scope in (("stores", store), ("websites", website), ("default", 0)):
            if (value := self.values.get((path, *scope))) is not None:
                return value
        return SHIPPED.get(path, "")


def read_configuration(source: Source) -> Configuration:
    """All settings that the shop itself made."""
    rows = source.rows("SELECT path, scope, scope_id, value FROM {core_config_data}")
    return Configuration(
        values={(str(r["path"]), str(r["scope"]), int(r["scope_id"] or 0)): _text(r["value"]) for r in rows}
    )


def read_stores(source: Source, configuration: Configuration) -> tuple[Store, ...]:
    """Every store view but the admin's, inactive ones included, by id."""
    rows = source.rows(
        "SELECT s.store_id, s.code, s.name, s.is_active, s.website_id, w.code AS website,"
        " g.name AS store_group, g.root_category_id FROM {store} s"
        " JOIN {store_website} w ON w.website_id = s.website_id"
        " JOIN {store_group} g ON g.group_id = s.group_id WHERE s.store_id <> 0 ORDER BY s.store_id"
    )
    global_prices = configuration.get("catalog/price/scope") == "0"
    stores = []
    for row in rows:
        where = {"store": int(row["store_id"] or 0), "website": int(row["website_id"] or 0)}
        base = {} if global_prices else {"website": where["website"]}  # a base currency has no store scope
        stores.append(
            Store(
                store_id=where["store"], code=str(row["code"]), name=str(row["name"]),
                website=str(row["website"]), group=str(row["store_group"]), active=row["is_active"] == 1,
                locale=configuration.get("general/locale/code", **where),
                timezone=configuration.get("general/locale/timezone", **where),
                country=configuration.get("general/country/default", **where),
                currency=configuration.get("currency/options/default", **where),
                currencies=tuple(configuration.get("currency/options/allow", **where).split(",")),
                base_currency=configuration.get("currency/options/base", **base),
                prices_include_tax=configuration.get("tax/calculation/price_includes_tax", **where) == "1",
                root_category=int(row["root_category_id"] or 0),
            )
        )  # fmt: skip
    return tuple(stores)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
