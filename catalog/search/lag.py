"""How far the indexes are behind, as a metric."""

from collections.abc import Iterator

from django.db import connections

from chassis import clock
from chassis.observe import metrics


def register() -> None:
    """Register `sixfold_search_lag_seconds`: the age of the oldest change that no index has yet."""
    metrics.reading("sixfold_search_lag_seconds", "Age of the oldest change that is not in the search indexes.", _lag)


def _lag() -> Iterator[tuple[dict[str, str], float]]:
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT min(since) FROM catalog_searchchange")
        (since,) = cursor.fetchone()
    yield {}, 0.0 if since is None else max(0.0, (clock.now() - since).total_seconds())
