"""What this domain reads of the environment beside what all read: where its search indexes are."""

from importlib.util import find_spec
from typing import Any

from chassis.environment import Environment


def read(env: Environment) -> dict[str, Any]:
    """SEARCH_URL (empty: folders of the embedded engine) and SEARCH_COUNT_SECONDS."""
    # Here and not above: while settings are made, nothing may be imported that might ask for one.
    from catalog.search.opensearch import address

    url = env.text("SEARCH_URL")
    if url:
        env.try_to(lambda: address.parse(url), name="SEARCH_URL")
        if find_spec("opensearchpy") is None:
            env.wrong.append(
                "SEARCH_URL is set, and opensearch-py is not installed: install sixfold-catalog[opensearch]."
            )
    return {
        "SEARCH_URL": url,
        "SEARCH_COUNT_SECONDS": env.number("SEARCH_COUNT_SECONDS", 10, least=0, most=3600),
    }
