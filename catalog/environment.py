"""What this domain reads of the environment beside what all read: where its search indexes are."""

from typing import Any

from chassis.environment import Environment


def read(env: Environment) -> dict[str, Any]:
    """SEARCH_URL (empty: folders of the embedded engine) and SEARCH_COUNT_SECONDS."""
    # Here and not above: while settings are made, nothing may be imported that might ask for one.
    from catalog.search.opensearch import address

    url = env.text("SEARCH_URL")
    if url:
        env.try_to(lambda: address.parse(url), name="SEARCH_URL")
    return {
        "SEARCH_URL": url,
        "SEARCH_COUNT_SECONDS": env.number("SEARCH_COUNT_SECONDS", 10, least=0, most=3600),
    }
