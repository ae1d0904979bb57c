"""Staff change products by commands only; a raw POST passes none of their rules."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from catalog.admin import CategoryAdmin, ProductAdmin
from catalog.catalog.models import Category, Product
from catalog.tests import shop
from chassis.access.principal import Kind, Principal
from chassis.admin import site
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
