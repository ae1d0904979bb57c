"""What every aggregate carries: an external id, once at most, and metadata; and a history that nobody rewrites."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import autodiscover
from django.db import DatabaseError, connections, models, transaction
from django.test import RequestFactory

from chassis import clock, domains
from chassis.admin import site
from chassis.admin.history import HistoryEntry
from chassis.admin.recorded import ExternalIdFilter, MetadataFilter
from chassis.unit_of_work import unit_of_work
from config.domains import ALIASES
from logistics.warehouse.models import Source, StockItem

NO_AGGREGATES = {
    # Copies of another domain's, ledgers and logs that only grow, counters, and parts of a rule, of a product or of a
    # channel's taxes.
    "catalog.Coupon",
    "catalog.CouponBatch",
    "catalog.DownloadGrant",
    "catalog.Forwarding",
    "catalog.Price",
    "catalog.ProductImport",
    "catalog.Redemption",
    "catalog.PricePoint",
    "catalog.Slug",
    "catalog.TaxPolicy",
    "catalog.TaxRate",
    "catalog.TaxZone",
    "commerce.Document",
    "commerce.DocumentSequence",
    "commerce.NumberSequence",
    "identity.ChannelCopy",
    "identity.SignIn",
    "identity.ViewCopy",
    "logistics.StockMovement",
    "platform.Channel",
    "platform.SearchFigure",
    "postpurchase.GiftCardEntry",
    "postpurchase.PointsEntry",
    "postpurchase.SoldGiftCard",
    "postpurchase.StoreCreditEntry",
    "postpurchase.TenderReservation",
    "strangler.Comparison",
    "strangler.Difference",
    "strangler.FieldDifference",
    "strangler.Run",
    "strangler.Stream",
}


def aggregates() -> list[type[models.Model]]:
    """What the admin shows of the domains' own, messaging aside."""
    shown = [model for model in site._registry if domains.get(model._meta.app_label)]
    mechanism = {base.__name__ for label in ALIASES for base in domains.get(label).tables.__dict__.values() if base} | {
        "History"
    }
    return [m for m in shown if m.__name__ not in mechanism and m._meta.label not in NO_AGGREGATES]


def test_every_aggregate_has_an_external_id_and_metadata_to_filter_by() -> None:
    found = aggregates()
    assert len(found) > 20
    missing = {
        f"{model._meta.label}.{name}"
        for model in found
        for name in ("external_id", "metadata")
        if name not in {field.name for field in model._meta.fields}
    }
    assert missing == set()
    for model in found:
        filters = site._registry[model].get_list_filter(RequestFactory().get("/"))
        assert {MetadataFilter, ExternalIdFilter} <= set(filters), model


def a_stock_item(sku: str, **more: Any) -> StockItem:
    source, _ = Source.objects.get_or_create(code="north", defaults={"name": "North", "created_at": clock.now()})
    return StockItem.objects.create(source=source, sku=sku, **more)


@pytest.fixture(autouse=True)
def pages() -> None:
    """Registered when somebody first asks for an address, which here nobody may have done."""
    autodiscover()


def listed(**asked: str) -> set[str]:
    rows = StockItem.objects.all()
    for filter_ in (MetadataFilter, ExternalIdFilter):
        given = {name: [value] for name, value in asked.items()}
        made = filter_(RequestFactory().get("/"), given, StockItem, site._registry[StockItem])
        rows = made.queryset(None, rows)
    return set(rows.values_list("sku", flat=True))


@pytest.mark.django_db(databases=["logistics"])
def test_metadata_and_external_ids_are_found_by_what_they_hold() -> None:
    a_stock_item("A", metadata={"shelf": "7", "fragile": True}, external_id="erp:stock:1")
    a_stock_item("B", metadata={"shelf": 7})
    a_stock_item("C", external_id="erp:stock:2")
    assert listed(metadata="shelf=7") == {"A", "B"}
    assert listed(metadata="fragile = true") == {"A"} and listed(metadata="shelf") == {"A", "B"}
    assert listed(external_id="erp:stock:2") == {"C"} and listed(external_id="erp:stock:9") == set()
    assert listed(metadata="shelf=\0") == listed(metadata=" ") == {"A", "B", "C"}


@pytest.mark.django_db(databases=["logistics"])
def test_an_external_id_names_one_record() -> None:
    a_stock_item("A", external_id="erp:stock:1")
    with pytest.raises(DatabaseError), transaction.atomic(using="logistics"):
        a_stock_item("B", external_id="erp:stock:1")


@pytest.mark.django_db(databases=list(ALIASES))
@pytest.mark.parametrize("alias", [alias for alias in ALIASES if alias != "catalog"])
@pytest.mark.parametrize("change", ["UPDATE {} SET action = 'nothing'", "DELETE FROM {}"])
def test_no_domains_history_can_be_rewritten(alias: str, change: str) -> None:
    (history,) = [model for model in apps.get_app_config(alias).get_models() if issubclass(model, HistoryEntry)]
    with unit_of_work(alias):
        history.objects.create(aggregate_type="order", aggregate_id="1", action="change", at=clock.now())
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic(using=alias):
        connections[alias].cursor().execute(change.format(history._meta.db_table))
