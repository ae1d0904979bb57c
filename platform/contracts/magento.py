"""Row changes of a Magento database, from snapshot and change capture alike; published by the strangler.

One event type for each part of the old shop, so that a domain is sent only the rows that it keeps: nobody but identity
sees a customer's. What a row means is for that domain's `legacy/` to say.
"""

from dataclasses import dataclass
from typing import Annotated

from chassis.messages import PersonalMark, event


@dataclass(frozen=True, kw_only=True)
class RowChanged:
    """One row of a source table as it is at `position`.

    `key` are the primary key's values as text, `after` all columns as text (None for NULL; absent for a
    deleted row). `position` grows with the source's history, or with extractions where it keeps none.
    """

    source: str
    table: str
    key: tuple[str, ...]
    after: dict[str, str | None] | None
    position: int


@event("magento.scope_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class ScopeRowChanged(RowChanged):
    """Websites, store groups, store views and their configuration."""


@event("magento.attribute_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class AttributeRowChanged(RowChanged):
    """Attributes of every kind of entity, their options, sets and groups."""


@event("magento.product_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class ProductRowChanged(RowChanged):
    """Which products there are, of which type, under which SKU."""


@event("magento.catalog_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class CatalogRowChanged(RowChanged):
    """Categories, what products say of themselves and of each other, taxes, pages, addresses, reviews and wishlists."""


@event("magento.rule_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class RuleRowChanged(RowChanged):
    """Price rules of carts and of the catalogue, with their coupons and how often each was used."""


@event("magento.stock_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class StockRowChanged(RowChanged):
    """Sources, stocks, quantities and reservations."""


@event("magento.customer_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class CustomerRowChanged(RowChanged):
    """Customers, their groups and addresses, and the hashes of their passwords."""

    after: dict[str, Annotated[str | None, PersonalMark()]] | None


@event("magento.order_row_changed", aggregate="magento_row")
@dataclass(frozen=True, kw_only=True)
class OrderRowChanged(RowChanged):
    """Orders and what belongs to them: lines, addresses, payments, comments, invoices, shipments, credit memos."""

    after: dict[str, Annotated[str | None, PersonalMark()]] | None
