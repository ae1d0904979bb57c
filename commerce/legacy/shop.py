"""Where an order was placed: websites, store views, and what the old shop calls states and ways of paying."""

from dataclasses import dataclass, field
from functools import cache, cached_property
from zoneinfo import ZoneInfo, available_timezones

from chassis.mirrors import Row, Rows
from commerce.legacy.rows import ALL, LOCALE, MIRROR, SELLER, TIME_ZONE
from commerce.legacy.values import text

ADMIN = "0"
# What Magento's own config.xml ships.
SHIPPED = {LOCALE: "en_US", TIME_ZONE: "America/Los_Angeles"}
PAYMENTS = {
    "banktransfer": "Bank Transfer Payment",
    "cashondelivery": "Cash On Delivery",
    "checkmo": "Check / Money order",
    "free": "No Payment Information Required",
    "purchaseorder": "Purchase Order",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A store view, as orders are told to have been placed in it. `guessed` where the order names none that is left."""

    store: str
    channel: str
    view: str
    locale: str
    zone: ZoneInfo
    guessed: bool


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The old shop's websites, views, settings and names."""

    rows: Rows = field(repr=False)

    @cached_property
    def websites(self) -> dict[str, Row]:
        """Rows by id, without the admin's."""
        return {str(row["website_id"]): row for row in self.rows.all("store_website") if row["website_id"] != ADMIN}

    @cached_property
    def stores(self) -> dict[str, Row]:
        """Views of these websites by id."""
        rows = self.rows.all("store")
        return {str(row["store_id"]): row for row in rows if row["website_id"] in self.websites}

    def place(self, store_id: str) -> Place | None:
        """The view of an order; the shop's default one where it is gone, None where there is none at all."""
        row = self.stores.get(store_id) or self._default()
        if row is None:
            return None
        store, website = str(row["store_id"]), str(row["website_id"])
        zone = self.setting(TIME_ZONE, website=website)
        return Place(
            store=store,
            channel=str(self.websites[website]["code"]),
            view=str(row["code"]),
            locale=self.setting(LOCALE, website=website, store=store).replace("_", "-"),
            zone=ZoneInfo(zone if zone in _zones() else "UTC"),
            guessed=store != store_id,
        )

    def seller(self, place: Place) -> dict[str, str]:
        """Who sold, as the shop's settings name it; its website's name where they do not."""
        website = str(self.stores[place.store]["website_id"])
        asked = {"name": "name", "street": "street_line1", "postcode": "postcode", "city": "city",
                 "country": "country_id", "vat_number": "merchant_vat_number"}  # fmt: skip
        found = {ours: self.setting(SELLER + theirs, website=website, store=place.store)
                 for ours, theirs in asked.items()}  # fmt: skip
        return found | {"name": found["name"] or text(self.websites[website], "name") or place.channel}

    def payment(self, method: str, place: Place) -> str:
        """What shoppers read of a way of paying."""
        website = str(self.stores[place.store]["website_id"])
        title = self.setting(f"payment/{method}/title", website=website, store=place.store)
        return title or PAYMENTS.get(method, method)

    def status(self, code: str, place: Place) -> str:
        """What the view's shoppers read of a state."""
        for row in self.rows.all("sales_order_status_label"):
            if (row["status"], row["store_id"]) == (code, place.store):
                return str(row["label"])
        labels = {row["status"]: row["label"] for row in self.rows.all("sales_order_status")}
        return labels.get(code) or code

    def setting(self, path: str, *, website: str, store: str = "") -> str:
        """A setting as a store of a website sees it."""
        for scope in (("stores", store), ("websites", website), ("default", "0")):
            if (value := self._settings.get((path, *scope))) is not None:
                return value
        return SHIPPED.get(path, "")

    @cached_property
    def _settings(self) -> dict[tuple[str, str, str], str | None]:
        rows = self.rows.all("core_config_data")
        return {(str(row["path"]), str(row["scope"]), str(row["scope_id"])): row["value"] for row in rows}

    def _default(self) -> Row | None:
        """The default website's default view; of several that call themselves so, or of none, the first."""
        groups = {row["group_id"]: row for row in self.rows.all("store_group")}
        ranked = sorted(
            self.websites.values(), key=lambda row: (row.get("is_default") != "1", int(row["website_id"] or 0))
        )
        for website in ranked:
            named = groups.get(website.get("default_group_id"), {}).get("default_store_id")
            mine = [row for row in self.stores.values() if row["website_id"] == website["website_id"]]
            if mine:
                return min(mine, key=lambda row: (row["store_id"] != named, int(row["store_id"] or 0)))
        return None


def read_shop(source: str) -> Shop:
    """The shop as its kept rows have it now."""
    return Shop(rows=MIRROR.rows_of(source, "shop", [ALL])[ALL])


def make_shop(source: str, owners: list[str]) -> None:
    """Names, languages or time zones may be others: every order is looked at again."""
    MIRROR.touch_all(source, "order")
