"""One history over all servers of a source: positions rise though each server numbers its own binlog."""

from dataclasses import replace

from django.db import transaction
from django.db.models import Max

from strangler.capture.gtids import behind
from strangler.capture.models import Stream
from strangler.changes import ALIAS
from strangler.runs import RowSent, Run
from strangler.source import Position, Source, SourceError


def placed(position: Position, *, name: str, source: Source) -> Position:
    """The position in the history of the source called `name`, which goes on at another server if it must.

    SourceError if the server that answers is not known to have all that was read before.
    """
    server = source.server()
    with transaction.atomic(using=ALIAS):
        Stream.objects.using(ALIAS).get_or_create(source=name, defaults={"server": server})
        stream = Stream.objects.using(ALIAS).select_for_update().get(source=name)
        if stream.server != server:
            # Without GTIDs nobody can tell whose place is later: positions then must rise by themselves.
            if stream.server and position.gtid:
                _refuse_unless_later(position, stream)
                stream.base = 1 + _highest(stream)
            stream.server = server
            stream.save(using=ALIAS, update_fields=["server", "base"])
    return replace(position, base=stream.base)


def base_of(*, name: str, source: Source) -> int:
    """What positions of the server that answers are counted from; asked without a snapshot if it is the known one."""
    stream = Stream.objects.using(ALIAS).filter(source=name, server=source.server()).first()
    if stream is not None:
        return stream.base
    with source.snapshot() as now:
        return placed(now, name=name, source=source).base


def last_run(name: str) -> Run | None:
    """The latest run over a source, whatever for."""
    return Run.objects.using(ALIAS).filter(source=name).order_by("pk").last()


def start_of(run: Run) -> Position:
    """Where a run's first snapshot stood."""
    return Position(file=run.binlog_file, offset=run.binlog_offset, gtid=run.gtid, run=run.pk, base=run.base)


def _refuse_unless_later(position: Position, stream: Stream) -> None:
    run = last_run(stream.source)
    for known in (stream.gtid, run.gtid if run else ""):
        if known and not behind(known, position.gtid):
            raise SourceError(
                f"Another server answers than before ({stream.server}), and it has not all that was read there:"
                f" it is at GTID {position.gtid or '-'}, and {known} was reached."
            )


def _highest(stream: Stream) -> int:
    sent = RowSent.objects.using(ALIAS).filter(source=stream.source).aggregate(most=Max("position"))["most"]
    runs = Run.objects.using(ALIAS).filter(source=stream.source)
    return max([sent or 0, stream.position, *(start_of(run).number for run in runs)])
