"""How tests are spread over processes: what shares something costly stays together, what is long stands alone."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# They walk through one demo shop, which takes more than a minute to load.
ONE_SHOP = ("test_customer.py", "test_guest_checkout.py", "test_sets_and_files.py")
OPENSEARCH = "opensearch"
# They ask one OpenSearch of three nodes, each of which takes a minute of CPU to start.
ONE_CLUSTER = ("[opensearch", "test_search_cluster.py")
# Each of these tests is long and shares nothing with its neighbours.
APART = "tests/architecture/test_lift.py"


def asks_opensearch(nodeid: str) -> bool:
    """Whether a test is one of those that ask the nodes of OpenSearch."""
    return any(name in nodeid for name in ONE_CLUSTER)


class Spreading(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/journeys/") and file.endswith(ONE_SHOP):
            return "tests/journeys"
        if asks_opensearch(nodeid):
            return OPENSEARCH
        return nodeid if file == APART else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading | None:
    """Ours for `--dist loadscope`."""
    return Spreading(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End OpenSearch with the last test that asks it: idle, its nodes take a seventh of two cores.

    Where tests are not spread, those that ask it and others take turns: there it runs to the end.
    """
    last = asks_opensearch(item.nodeid) and not (nextitem and asks_opensearch(nextitem.nodeid))
    if last and hasattr(item.config, "workerinput"):
        for fixture in item.session._fixturemanager.getfixturedefs(OPENSEARCH, item) or ():
            fixture.finish(item._request)  # type: ignore[attr-defined]
