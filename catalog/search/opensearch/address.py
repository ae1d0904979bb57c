"""Where a cluster is: opensearch://node:9200,node:9200/prefix, with opensearch+tls:// and user:password@ as needed."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

_FORM = re.compile(r"opensearch(\+tls)?://(?:([^:@/]+):([^@/]*)@)?([^@/?#]+)(?:/([a-z0-9][a-z0-9_-]{0,40})?)?")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Nodes to ask in turn; `prefix` begins the names of all indexes."""

    nodes: tuple[tuple[str, int], ...]
    tls: bool
    user: str = ""
    password: str = field(default="", repr=False)
    prefix: str = "sixfold"


def parse(url: str) -> Address:
    """The address in a URL; ValueError with a sentence that does not repeat it."""
    found = _FORM.fullmatch(url)
    if found is None:
        raise ValueError("it must be opensearch://host:9200,host:9200/prefix or opensearch+tls://user:password@…")
    tls, user, password, hosts, prefix = found.groups()
    return Address(
        nodes=tuple(_node(host) for host in hosts.split(",")),
        tls=bool(tls),
        user=unquote(user or ""),
        password=unquote(password or ""),
        prefix=prefix or "sixfold",
    )


def _node(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    number = int(port or 9200) if (port or "9200").isascii() and (port or "9200").isdigit() else 0
    if not host or not 0 < number < 65536:
        raise ValueError("each node must be a host and a port")
    return host, number
