"""A full re-index beside the live index: swapped in one step, and nothing is missing meanwhile."""

from typing import Any

import pytest
from django.test import Client

from catalog.product.changes import rebuild_indexes
from catalog.tests import shop
from catalog.tests.searching import Searching
from catalog.tests.test_search import get, skus
from chassis.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(databases=["catalog"], transaction=True)
MANY = 60


@pytest.fixture(autouse=True)
def _shop(db: Any) -> None:
    shop.structure()
    for number in range(MANY):
        shop.simple(f"K{number}", f"Knife {number}", color="red")


def test_shoppers_miss_nothing_while_all_is_indexed_anew_and_changes_go_on(indexed: str) -> None:
    with Searching(least=MANY) as searching:
        for number in range(4):
            with unit_of_work("catalog"):
                rebuild_indexes()
            shop.simple(f"N{number}", f"Knife new {number}")
            shop.run_jobs()
            assert skus(get(f"en/search?q=new {number}")) == [f"N{number}"], "a change is there when its job is done"
    assert searching.failed == [] and searching.done > 5
    assert get("en/search?q=knife")["total"] == MANY + 4
    assert Client().get("/api/v1/en/suggest?q=kni").status_code == 200
