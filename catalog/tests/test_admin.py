"""Staff change products by commands only; a raw POST passes none of their rules."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from catalog.catalog.product_admin import ProductAdmin
from catalog.catalog.structure.admin import CategoryAdmin
from catalog.product.models import Category, Product
from catalog.tests import shop
from chassis.access.principal import Kind, Principal
from chassis.admin import site
from chassis.admin.testing import queries_of_lists, queries_of_page, sign_in_as
from chassis.admin.transitions import perform
from chassis.errors import DomainError

pytestmark = pytest.mark.django_db(databases=["catalog"])


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    shop.simple("K1", "Knife")


def transition(name: str) -> Any:
    return next(one for one in ProductAdmin.transitions if one.name == name)


def test_take_off_sale_is_a_button_that_leaves_a_trace() -> None:
    from chassis.admin.history import history_of

    product = Product.objects.get(sku="K1")
    perform(Product, transition("withdraw"), product.pk, {}, actor="staff:7")
    assert Product.objects.get(sku="K1").channels == []
    entry = history_of("catalog").objects.get()
    assert (entry.actor, entry.aggregate_id) == ("staff:7", str(product.pk))


def test_a_product_that_is_off_sale_cannot_be_taken_off_again() -> None:
    product = Product.objects.get(sku="K1")
    perform(Product, transition("withdraw"), product.pk, {}, actor="staff:7")
    with pytest.raises(DomainError):
        perform(Product, transition("withdraw"), product.pk, {}, actor="staff:7")


@pytest.mark.parametrize(
    ("page", "model", "name"), [(ProductAdmin, Product, "channels"), (CategoryAdmin, Category, "texts")]
)
def test_no_form_takes_what_only_commands_write(page: Any, model: Any, name: str) -> None:
    request = RequestFactory().get(reverse(f"admin:catalog_{model._meta.model_name}_changelist"))
    request.user = request.staff = Principal(kind=Kind.STAFF, id="7", permissions=frozenset({"*"}))  # type: ignore[attr-defined, assignment]
    form = page(model, site).get_form(request, model.objects.first(), change=True)
    assert name not in form.base_fields


def page(product: Product, tail: str = "change/") -> str:
    return f"/admin/catalog/product/{product.pk}/{tail}"


def test_a_product_is_sold_where_the_button_says_and_nowhere_unknown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "catalog.*")
    product = Product.objects.get(sku="K1")
    client.post(page(product, "transition/publish/"), {"channels": ["nowhere"]})
    assert Product.objects.get(sku="K1").channels == ["eu"]
    client.post(page(product, "transition/withdraw/"))
    client.post(page(product, "transition/publish/"), {"channels": ["eu"]})
    assert Product.objects.get(sku="K1").channels == ["eu"]
    client.post(page(product, "transition/price/"), {"channel": "eu", "amount": "12.5"})
    assert "12.50 EUR" in client.get(page(product)).content.decode()


def test_a_viewer_looks_and_changes_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as(monkeypatch, "*.*.view")
    product = Product.objects.get(sku="K1")
    assert "transition/" not in client.get(page(product)).content.decode()
    assert client.post(page(product, "transition/withdraw/")).status_code == 403
    assert client.post(page(product), {"metadata": "{}"}).status_code == 403
    assert Product.objects.get(sku="K1").channels == ["eu"]


def test_every_list_opens_and_searches_with_the_same_queries_whatever_is_in_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(monkeypatch, "catalog.*")
    parent = Product.objects.get(sku="K1")
    Product.objects.create(sku="V", sku_key="v", kind=Product.VARIANT, parent=parent)
    few = queries_of_lists(client, "catalog", search="K")
    small = queries_of_page(client, "catalog", page(parent))
    for number in range(2, 8):
        shop.simple(f"K{number}", "Knife")
    for number in range(60):
        Product.objects.create(sku=f"V{number}", sku_key=f"v{number}", kind=Product.VARIANT, parent=parent)
    assert queries_of_lists(client, "catalog", search="K") == few
    assert queries_of_page(client, "catalog", page(parent)) == small


def test_the_database_itself_keeps_the_history() -> None:
    from django.db import DatabaseError, connections, transaction

    perform(Product, transition("withdraw"), Product.objects.get(sku="K1").pk, {}, actor="staff:7")
    for statement in ("UPDATE catalog_history SET actor = 'nobody'", "DELETE FROM catalog_history"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(using="catalog"):
            connections["catalog"].cursor().execute(statement)
