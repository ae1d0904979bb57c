"""Writers at the same time, with real commits."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event, Thread

import pytest
from django.db import connections

from catalog.catalog.downloads.commands import grant_downloads, revoke_downloads
from catalog.catalog.downloads.models import DownloadGrant
from catalog.commands import PriceInput, SetPrice, set_price
from catalog.product.changes import SearchChange
from catalog.product.models import Product, ProductDocument
from catalog.search import folders
from catalog.tests import kinds, shop
from catalog.tests.test_downloads import paid, refunded
from chassis.jobs.runner import JobRunner
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)

WRITERS = 6


def together(*works: object) -> None:
    """Run functions at the same moment, each with a connection of its own; raises what any raised."""
    barrier = Barrier(len(works))

    def run(work: object) -> None:
        try:
            barrier.wait()
            work()  # type: ignore[operator]
        finally:
            connections["catalog"].close()

    with ThreadPoolExecutor(len(works)) as pool:
        for result in [pool.submit(run, work) for work in works]:
            result.result()


def test_one_new_sku_saved_by_many_at_once_is_one_product() -> None:
    shop.structure()
    together(*[lambda: shop.simple("K1", "Knife")] * WRITERS)
    assert Product.objects.get().version == WRITERS
    assert ProductDocument.objects.count() == 2


def test_products_of_one_name_saved_at_once_have_addresses_of_their_own() -> None:
    shop.structure()
    together(*[lambda number=number: shop.simple(f"K{number}", "Knife") for number in range(WRITERS)])
    assert len(set(ProductDocument.objects.filter(view="en").values_list("slug", flat=True))) == WRITERS


def test_a_page_shows_the_last_of_many_prices_and_the_index_too() -> None:
    shop.structure()
    shop.simple("K1", "Knife")

    def price(amount: int) -> None:
        set_price(SetPrice(sku="K1", price=PriceInput(channel="eu", amount=Decimal(amount))))

    runners = [JobRunner("catalog") for _ in range(3)]
    together(
        *[lambda amount=amount: price(amount) for amount in range(1, WRITERS + 1)],
        *[runner.run_due for runner in runners],
    )
    shop.run_jobs()
    assert not SearchChange.objects.exists()
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT p.amount = b.amount FROM catalog_price p, catalog_priceblock b")
        assert cursor.fetchall() == [(True,)]
        cursor.execute("SELECT amount FROM catalog_price")
        (amount,) = cursor.fetchone()
    found = shop.indexed_price("K1")
    assert found == amount
    assert folders.current("en", locale="en-GB")


def test_an_order_that_ends_while_its_payment_is_applied_brings_no_downloads() -> None:
    shop.structure()
    kinds.downloadable()
    event, begun = paid(), Event()

    def end() -> None:
        with unit_of_work("catalog"):
            begun.set()
            revoke_downloads(refunded(event, 10, whole=True))
        connections["catalog"].close()

    ending = Thread(target=end)
    with unit_of_work("catalog"):
        grant_downloads(event)
        ending.start()
        assert begun.wait(10)
        ending.join(1)  # it must wait for this transaction, or it has missed what that brings
    ending.join(10)
    assert DownloadGrant.objects.get().revoked_at is not None
