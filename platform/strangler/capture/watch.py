"""How far behind a followed source we are, as metrics: read from the database, so that one process tells for all."""

from collections.abc import Callable, Iterator

from chassis import clock
from chassis.observe import metrics
from strangler.capture.models import Doubt, Stream
from strangler.changes import ALIAS

Figure = Callable[[Stream], float]


def lag(stream: Stream) -> float:
    """Seconds since the last moment of which all is known to be sent; while nothing follows it grows."""
    return 0.0 if stream.current_until is None else max(0.0, (clock.now() - stream.current_until).total_seconds())


FIGURES: dict[str, tuple[str, Figure]] = {
    "sixfold_capture_lag_seconds": ("For how long it is not known what the followed source has changed.", lag),
    "sixfold_capture_position": ("Place in the source's history that has been applied.", lambda s: s.position),
    "sixfold_capture_transactions": ("Transactions of the source that were applied.", lambda s: s.transactions),
    "sixfold_capture_changes": ("Row changes that were sent.", lambda s: s.changes),
    "sixfold_capture_errors": ("Errors that following has met.", lambda s: s.errors),
    "sixfold_capture_failing": ("1 while the last try to follow has failed.", lambda s: s.failing),
    "sixfold_capture_doubts": (
        "Rows and tables that are to be read again.",
        lambda s: Doubt.objects.using(ALIAS).filter(source=s.source).count(),
    ),
}


def register() -> None:
    """Register a gauge for each figure, by source; a source that was never met has none."""
    for name, (meaning, figure) in FIGURES.items():
        metrics.reading(name, meaning, _reading(figure), labels=("source",))


def _reading(figure: Figure) -> metrics.Reading:
    def take() -> Iterator[tuple[dict[str, str], float]]:
        for stream in Stream.objects.using(ALIAS).order_by("source"):
            yield {"source": stream.source}, float(figure(stream))

    return take
