"""Websites, store views and the settings that say whose account is whose."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from chassis.mirrors import Found, Row, Rows
from identity.customer.commands import join_channel_group
from identity.customer.importing import ImportedGroup, external, import_group
from identity.customer.models import ChannelCopy, CustomerGroup
from identity.legacy.models import LegacyRow
from identity.legacy.rows import ALL, CONFIRMATION, LOCALE, MIRROR, SHARING

GLOBAL = "0"
GUESTS = "0"
"""The group of who is not signed in."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The old shop's websites and views; a website's channel has the website's code."""

    source: str
    rows: Rows = field(repr=False)

    @cached_property
    def websites(self) -> dict[str, str]:
        """Codes by website id, without the admin's."""
        rows = self.rows.all("store_website")
        return {str(row["website_id"]): str(row["code"]) for row in rows if row["website_id"] != "0"}

    @cached_property
    def stores(self) -> dict[str, Row]:
        """Store views by id."""
        return {str(row["store_id"]): row for row in self.rows.all("store")}

    @cached_property
    def shared(self) -> bool:
        """Whether one account is good for all websites."""
        return self._setting(SHARING) == GLOBAL

    @cached_property
    def attributes(self) -> set[str]:
        """Ids of the attributes that customers and addresses have."""
        return {str(row["attribute_id"]) for row in self.rows.all("customer_eav_attribute")}

    def channel_group(self, website: str) -> str:
        """Where the e-mail addresses of a website's customers are unique."""
        return self.source if self.shared else self.websites[website]

    def confirms(self, website: str) -> bool:
        """Whether who has not confirmed the e-mail address may not sign in."""
        return self._setting(CONFIRMATION, website=website) == "1"

    def locale(self, store: str, website: str) -> str:
        """The language of a view as BCP 47 has it, else of its website, else the shop's."""
        return (self._setting(LOCALE, website=website, store=store) or "en_US").replace("_", "-")

    def _setting(self, path: str, *, website: str = "", store: str = "") -> str:
        scopes = {(row["scope"], row["scope_id"]): row["value"] or ""
                  for row in self.rows.all("core_config_data") if row["path"] == path}  # fmt: skip
        for scope in (("stores", store), ("websites", website), ("default", "0")):
            if scope in scopes:
                return scopes[scope]
        return ""


def read_shop(source: str) -> Shop:
    """The shop as its kept rows have it now."""
    return Shop(source=source, rows=MIRROR.rows_of(source, "shop", [ALL])[ALL])


def make_shop(source: str, owners: list[str]) -> None:
    """Whose account is good where may have changed: channels join their group, and customers are made anew."""
    shop = read_shop(source)
    copies = {copy.code: copy.channel_group for copy in ChannelCopy.objects.filter(code__in=shop.websites.values())}
    for code in sorted(shop.websites.values()):
        # A group that staff gave to a channel stays, unless the old shop says that all are one.
        if shop.shared and copies.get(code) != source:
            join_channel_group(code, source)
        elif not shop.shared and copies.get(code) == source:
            join_channel_group(code, "")
    MIRROR.touch_all(source, "customer")
    MIRROR.replace_findings(source, "shop", [ALL], _newsletter(shop))


def _newsletter(shop: Shop) -> Iterator[Found]:
    if shop.websites:
        yield Found(owner=ALL, code="newsletter", detail="who has subscribed to the newsletter stays behind")


def make_groups(source: str, owners: list[str]) -> None:
    """Customer groups; one that is gone there stays, since customers may be in it."""
    found: list[Found] = []
    new = False
    for owner, rows in MIRROR.rows_of(source, "group", owners).items():
        row = rows.one("customer_group")
        if row is None:
            continue
        if owner == GUESTS:
            found.append(Found(owner=owner, code="group_of_guests", detail="guests are in no group here", whole=True))
            continue
        name = (row["customer_group_code"] or "").strip() or f"Group {owner}"
        new |= import_group(ImportedGroup(name=name, external_id=external(source, "customer_group", owner)))
    if new:
        MIRROR.touch_all(source, "customer")
    MIRROR.replace_findings(source, "group", owners, found)


def groups_of(source: str, ids: Collection[str]) -> dict[str, str]:
    """Our codes of the old shop's groups, as far as they have been made."""
    names = {external(source, "customer_group", id_): id_ for id_ in ids}
    rows = CustomerGroup.objects.filter(external_id__in=list(names)).values_list("external_id", "code")
    return {names[str(name)]: str(code) for name, code in rows}


def pass_on_attributes(source: str, owners: list[str]) -> None:
    """An attribute or its options changed: customers show it."""
    if read_shop(source).attributes & set(owners):
        MIRROR.touch_all(source, "customer")


def pass_on_options(source: str, owners: list[str]) -> None:
    """An option's label changed: its attribute's customers show it."""
    keys = [f'["{owner}"]' for owner in owners]
    rows = LegacyRow.objects.filter(source=source, table="eav_attribute_option", key__in=keys)
    pass_on_attributes(source, list(rows.values_list("owner", flat=True)))


def pass_on_addresses(source: str, owners: list[str]) -> None:
    """Values of an address changed: its customer is made anew. An address that is gone has no customer."""
    keys = {f'["{owner}"]': owner for owner in owners}
    rows = LegacyRow.objects.filter(
        source=source, table="customer_address_entity", key__in=list(keys), after__isnull=False
    )
    customers = dict(rows.values_list("key", "owner"))
    MIRROR.touch(source, "customer", set(customers.values()))
    left = MIRROR.rows_of(source, "address", [owner for key, owner in keys.items() if key not in customers])
    found = [Found(owner=owner, code="no_such_address", detail="values of an address that is not there", whole=True)
             for owner, rows_ in left.items() if rows_]  # fmt: skip
    MIRROR.replace_findings(source, "address", owners, found)
