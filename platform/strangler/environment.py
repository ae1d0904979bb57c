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
        **_routing(env),
        "MAGENTO_SOURCE": source,
        "MAGENTO_NAME": env.text("MAGENTO_NAME", "magento"),
        "MAGENTO_ENVELOPES": envelopes,
    }


def _routing(env: Environment) -> dict[str, Any]:
    """The old shop's own address and how far we answer in its stead; see `strangler.routing`."""
    url = env.url("LEGACY_URL")
    if url and (parts := urlsplit(url)) and (parts.query or parts.fragment or parts.username):
        env.wrong.append("LEGACY_URL is wrong: it must be an address without user, query and fragment.")
    return {
        "LEGACY_URL": url,
        "LEGACY_API_TOKENS": env.names("LEGACY_API_TOKENS"),
        "LEGACY_ANONYMOUS": env.flag("LEGACY_ANONYMOUS"),
        "LEGACY_MAX_LAG": env.number("LEGACY_MAX_LAG", 10, least=1, most=86_400),
        "LEGACY_TIMEOUT": env.number("LEGACY_TIMEOUT", 20, least=1, most=60),
        "LEGACY_LOOK_SECONDS": 1.0,
    }
