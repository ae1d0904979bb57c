"""What the strangler reads of the environment beside what all read: which shop is being left."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from chassis.environment import Environment


def read(env: Environment) -> dict[str, Any]:
    """MAGENTO_SOURCE (empty: nothing is followed), MAGENTO_NAME and MAGENTO_ENVELOPES (empty: by the binlog)."""
    from strangler.address import parse_address

    source = env.text("MAGENTO_SOURCE")
    if source:
        env.try_to(lambda: parse_address(source), name="MAGENTO_SOURCE")
    envelopes = env.url("MAGENTO_ENVELOPES", schemes=("redis", "rediss"))
    if envelopes and not parse_qs(urlsplit(envelopes).query).get("prefix"):
        env.wrong.append("MAGENTO_ENVELOPES is wrong: it must end with ?prefix= and Debezium's topic.prefix.")
    return {
        "MAGENTO_SOURCE": source,
        "MAGENTO_NAME": env.text("MAGENTO_NAME", "magento"),
        "MAGENTO_ENVELOPES": envelopes,
    }
