"""How tests are spread over processes: what shares something costly stays together, what is long stands alone."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# They walk through one demo shop, which takes more than a minute to load.
ONE_SHOP = ("test_customer.py", "test_guest_checkout.py", "test_sets_and_files.py")
# They ask one OpenSearch of three nodes, each of which takes a minute of CPU to start.
ONE_CLUSTER = ("[opensearch", "test_search_cluster.py")
# Each of these tests is long and shares nothing with its neighbours.
APART = "tests/architecture/test_lift.py"


class Spreading(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/journeys/") and file.endswith(ONE_SHOP):
            return "tests/journeys"
        if any(name in nodeid for name in ONE_CLUSTER):
            return "opensearch"
        return nodeid if file == APART else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spreading | None:
    """Ours for `--dist loadscope`."""
    return Spreading(config, log) if config.getvalue("dist") == "loadscope" else None
