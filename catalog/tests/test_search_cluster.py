"""OpenSearch as a cluster: a node that dies while it is searched and written to, an index that is gone."""

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.product.changes import SearchChange, rebuild_indexes
from catalog.search.engine import Question
from catalog.search.opensearch import address
from catalog.search.stores import store
from catalog.tests import shop
from catalog.tests.opensearch.cluster import Cluster
from catalog.tests.searching import Searching
from catalog.tests.test_search import get, skus
from chassis.ids import new_id
from chassis.unit_of_work import unit_of_work

# Long: on a busy machine the nodes take their time to choose another leader.
pytestmark = [pytest.mark.django_db(databases=["catalog"], transaction=True), pytest.mark.timeout(900)]
MANY = 40


@pytest.fixture
def nodes(opensearch: Cluster, settings: Any) -> Iterator[Cluster]:
    settings.SEARCH_URL = opensearch.url.replace("/test", f"/c{new_id().hex[-12:]}")
    shop.structure()
    for number in range(MANY):
        shop.simple(f"K{number}", f"Knife {number}", price=str(number))
    shop.run_jobs()
    yield opensearch
    for number, process in enumerate(opensearch.processes):
        if process.poll() is not None:
            opensearch.restart(number)


def asked(question: Question) -> list[Any]:
    """What OpenSearch says, and nobody else."""
    engine = store().engine("en", locale="en-GB")
    assert engine is not None
    return engine.search(question).ids


QUESTION = Question(view="en", channel="eu", locale="en-GB", text="knife", sort=("price",), limit=96)


@pytest.mark.parametrize("leading", [False, True], ids=["a follower", "the leader"])
def test_a_killed_node_costs_no_search_and_no_change(nodes: Cluster, leading: bool) -> None:
    leader = nodes.master()
    victim = leader if leading else (leader + 1) % 3
    with Searching(least=MANY) as searching:
        shop.simple("BEFORE", "Knife before")
        nodes.kill(victim)
        for number in range(5):
            shop.simple(f"N{number}", f"Knife new {number}")
            for _ in range(30):
                shop.run_due_soon()
                if not SearchChange.objects.exists():
                    break
    assert searching.failed == [] and searching.done > 10
    assert not SearchChange.objects.exists()
    assert len(asked(QUESTION)) == MANY + 6
    nodes.wait(nodes=2, status="yellow")
    nodes.restart(victim)
    assert len(asked(QUESTION)) == MANY + 6


def test_a_reindex_leaves_one_index_behind_for_searches_on_their_way(nodes: Cluster) -> None:
    before = store()._behind("en")  # type: ignore[attr-defined]
    for _ in range(3):
        with unit_of_work("catalog"):
            rebuild_indexes()
        shop.run_jobs()
    after = store()._behind("en")  # type: ignore[attr-defined]
    assert len(after) == 1 and after != before
    kept = store().cluster.writing.indices.get(index=f"{store()._alias('en')}-*")  # type: ignore[attr-defined]
    assert len(kept) == 2
    assert len(asked(QUESTION)) == MANY


def test_an_index_that_is_deleted_is_made_anew_and_a_cluster_out_of_reach_is_no_error(
    nodes: Cluster, settings: Any
) -> None:
    store().cluster.writing.indices.delete(index=store()._behind("en")[0])  # type: ignore[attr-defined]
    for _ in range(2):
        assert skus(get("en/search?q=knife&sort=price&limit=2")) == ["K0", "K1"]
    store()._seen.clear()  # type: ignore[attr-defined]
    get("en/search?q=knife")
    shop.run_jobs()
    assert len(asked(QUESTION)) == MANY
    settings.SEARCH_URL = "opensearch://127.0.0.1:1,127.0.0.1:2"
    assert skus(get("en/search?q=knife&sort=price&limit=2")) == ["K0", "K1"]
    assert get("en/suggest?q=kni")["products"]


def test_an_address_names_nodes_and_a_wrong_one_is_not_repeated() -> None:
    found = address.parse("opensearch+tls://me:p%40ss@one:9201,two/shop")
    assert (found.nodes, found.tls, found.password, found.prefix) == (
        (("one", 9201), ("two", 9200)),
        True,
        "p@ss",
        "shop",
    )
    assert "p@ss" not in repr(found)
    for wrong in ("http://one:9200", "opensearch://", "opensearch://one:x", "opensearch://one:9200/UPPER"):
        with pytest.raises(ValueError, match="must be") as told:
            address.parse(wrong)
        assert "one" not in str(told.value)
