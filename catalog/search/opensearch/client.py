"""The cluster's client: asks another node when one does not answer, and nobody for a while when none did."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, RequestError

from catalog.search.engine import EngineFailed
from catalog.search.opensearch.address import Address

READ_SECONDS, WRITE_SECONDS = 2, 60
REST_SECONDS = 5.0


class Cluster:
    """Two clients of one cluster: searches give up soon, writes wait until a killed node's shards are elsewhere."""

    def __init__(self, address: Address) -> None:
        self.prefix = address.prefix
        self.reading = _client(address, timeout=READ_SECONDS, max_retries=len(address.nodes))
        self.writing = _client(address, timeout=WRITE_SECONDS, max_retries=10)
        self._rests_until = 0.0

    @contextmanager
    def asked(self) -> Iterator[OpenSearch]:
        """The client for searches. EngineFailed when nobody answers, at once while the cluster is left in peace."""
        if time.monotonic() < self._rests_until:
            raise EngineFailed("OpenSearch is out of reach")
        try:
            yield self.reading
        except RequestError:
            raise  # the question was wrong, not the cluster
        except OpenSearchException as failure:
            if not isinstance(getattr(failure, "status_code", None), int):
                self._rests_until = time.monotonic() + REST_SECONDS
            raise EngineFailed("OpenSearch does not answer") from failure


def _client(address: Address, *, timeout: int, max_retries: int) -> OpenSearch:
    return OpenSearch(
        hosts=[{"host": host, "port": port} for host, port in address.nodes],
        http_auth=(address.user, address.password) if address.user else None,
        use_ssl=address.tls,
        verify_certs=address.tls,
        timeout=timeout,
        max_retries=max_retries,
        retry_on_timeout=True,
        retry_on_status=(429, 502, 503, 504),
        dead_timeout=1,
        pool_maxsize=16,
    )
