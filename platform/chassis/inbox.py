"""Receiving: the inbox rows and the handlers' effects in one transaction, once in effect.

An envelope is applied in one transaction; when an event in it fails, its events are applied one by one,
and what fails alone becomes a letter (see `letters.py`). Either way the envelope is acknowledged: a failing
handler blocks nothing behind it and nothing at the producer.
"""

import logging

from django.db import OperationalError

from chassis import clock, domains
from chassis.applying import Pair, claim, handle
from chassis.context import handling
from chassis.letters import UNHANDLED, TooOld, UnknownHandler, keep
from chassis.messages import Envelope
from chassis.retention import ages
from chassis.unit_of_work import unit_of_work

log = logging.getLogger("sixfold.inbox")

CONFLICTS = {"40001", "40P01"}
CONFLICT_TRIES = 5


def receive(envelope: Envelope) -> int:
    """Apply an envelope to its subscriber and return how many (event, handler) pairs took effect now.

    Returns normally whatever the handlers do, so that the caller may acknowledge. Raises only when this
    domain's own database is out of reach: then nothing is acknowledged and the producer sends again.
    """
    domain = domains.get(envelope.subscriber)
    for message in envelope.messages:
        if message.type not in domain.handlers:
            # Routed to us by a newer release than ours: kept until this code knows what to do with it.
            keep(domain, (message, UNHANDLED), UnknownHandler(f"no handler of {message.type} in this release"))
    pairs = [(m, s) for m in envelope.messages for s in domain.handlers.get(m.type, ()) if s.concerns(m)]
    pairs = _within_memory(domain, pairs)
    try:
        return _apply(domain, pairs)
    except Exception as failure:
        if len(pairs) == 1:
            keep(domain, pairs[0], failure)
            return 0
        log.warning("envelope %s fell back to one by one: %s", envelope.id, type(failure).__name__)
    applied = 0
    for pair in pairs:
        try:
            applied += _apply(domain, [pair])
        except Exception as failure:
            keep(domain, pair, failure)
    return applied


def _within_memory(domain: domains.Domain, pairs: list[Pair]) -> list[Pair]:
    """The pairs that the inbox can judge. A reaction to an older event might be its second: a person decides.

    A projection compares versions, so that age is no matter to it.
    """
    horizon = clock.now() - ages().inbox
    old = [(m, s) for m, s in pairs if m.occurred_at < horizon and s.kind == "reaction"]
    for pair in old:
        keep(domain, pair, TooOld(f"of {pair[0].occurred_at:%Y-%m-%d}, and the inbox goes back to {horizon:%Y-%m-%d}"))
    return [pair for pair in pairs if pair not in old] if old else pairs


def _apply(domain: domains.Domain, pairs: list[Pair]) -> int:
    """All pairs that are new, in one transaction; deadlocks and serialisation failures are tried again."""
    for attempt in range(CONFLICT_TRIES):
        try:
            with unit_of_work(domain.label), handling():
                fresh = claim(domain, pairs)
                handle(fresh)
            return len(fresh)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if code not in CONFLICTS or attempt == CONFLICT_TRIES - 1:
                raise
    return 0
