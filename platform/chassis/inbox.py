"""Receiving: the inbox rows and the handlers' effects in one transaction, once in effect.

An envelope is applied in one transaction; when an event in it fails, its events are applied one by one,
and what fails alone becomes a letter that this domain's own database retries with back-off and finally
leaves for dead, with reason and traceback. Either way the envelope is acknowledged: a failing handler
blocks nothing behind it and nothing at the producer.
"""

import logging
import traceback
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, connections

from chassis import clock, domains
from chassis.context import handling
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Envelope, Message, UnknownEvent, decode_event, decode_message, encode
from chassis.subscriptions import Received, Subscription
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.inbox")

MAX_ATTEMPTS = 8
CONFLICTS = {"40001", "40P01"}
CONFLICT_TRIES = 5

Pair = tuple[Message, "Subscription[object]"]


class UnknownHandler(Exception):
    """A letter names a handler that this code no longer has."""


def receive(envelope: Envelope) -> int:
    """Apply an envelope to its subscriber and return how many (event, handler) pairs took effect now.

    Returns normally whatever the handlers do, so that the caller may acknowledge. Raises only when this
    domain's own database is out of reach: then nothing is acknowledged and the producer sends again.
    """
    domain = domains.get(envelope.subscriber)
    for message in envelope.messages:
        if message.type not in domain.handlers:
            # Routed to us by a newer release than ours: kept until this code knows what to do with it.
            _keep(domain, (message, UNHANDLED), UnknownHandler(f"no handler of {message.type} in this release"))
    pairs: list[Pair] = [(m, s) for m in envelope.messages for s in domain.handlers.get(m.type, ())]
    try:
        return _apply(domain, pairs)
    except Exception as failure:
        if len(pairs) == 1:
            _keep(domain, pairs[0], failure)
            return 0
        log.warning("envelope %s fell back to one by one: %r", envelope.id, failure)
    applied = 0
    for pair in pairs:
        try:
            applied += _apply(domain, [pair])
        except Exception as failure:
            _keep(domain, pair, failure)
    return applied


def _apply(domain: domains.Domain, pairs: list[Pair]) -> int:
    """All pairs that are new, in one transaction; deadlocks and serialisation failures are tried again."""
    for attempt in range(CONFLICT_TRIES):
        try:
            with unit_of_work(domain.label), handling():
                fresh = _claim(domain, pairs)
                _handle(fresh)
            return len(fresh)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if code not in CONFLICTS or attempt == CONFLICT_TRIES - 1:
                raise
    return 0


def _claim(domain: domains.Domain, pairs: list[Pair]) -> list[Pair]:
    """Write inbox rows and return the pairs whose row was not there; a letter's pair is its letter's."""
    with connections[domain.alias].cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {domain.tables.inbox._meta.db_table} (event, handler, received_at)
                SELECT event, handler, %s FROM unnest(%s::uuid[], %s::text[]) AS new(event, handler)
                WHERE NOT EXISTS (
                    SELECT 1 FROM {domain.tables.letter._meta.db_table} l
                    WHERE l.event = new.event AND l.handler = new.handler)
                ORDER BY event, handler
                ON CONFLICT DO NOTHING RETURNING event, handler""",
            [clock.now(), [m.id for m, _ in pairs], [s.name for _, s in pairs]],
        )
        fresh = set(cursor.fetchall())
    chosen = []
    for message, subscription in pairs:
        if (message.id, subscription.name) in fresh:
            fresh.discard((message.id, subscription.name))
            chosen.append((message, subscription))
    return chosen


def _handle(pairs: Iterable[Pair]) -> None:
    batches: dict[str, tuple[Subscription[object], list[Received[object]]]] = {}
    for message, subscription in pairs:
        received = Received(event=decode_event(message), message=message)
        batches.setdefault(subscription.name, (subscription, []))[1].append(received)
    for subscription, batch in batches.values():
        subscription.handler(batch)


def _keep(domain: domains.Domain, pair: Pair, failure: Exception) -> None:
    message, subscription = pair
    now = clock.now()
    letter = domain.tables.letter(
        id=new_id(),
        event=message.id,
        handler=subscription.name,
        type=message.type,
        message=encode(message).decode(),
        state="dead" if isinstance(failure, UnknownEvent | UnknownHandler) else "retrying",
        reason=f"{type(failure).__name__}: {failure}"[:2000],
        traceback="".join(traceback.format_exception(failure))[-20000:],
        first_failed_at=now,
        last_failed_at=now,
    )
    log.error("event %s failed in %s: %r", message.id, subscription.name, failure)
    letters = domain.tables.letter._default_manager.using(domain.alias)
    with unit_of_work(domain.label):
        if letters.filter(event=message.id, handler=subscription.name).exists():
            return
        letter.save(using=domain.alias, force_insert=True)
        if letter.state == "retrying":
            _schedule(letter.id, attempts=1)


def _schedule(letter: UUID, *, attempts: int) -> None:
    """The next attempt: 1 s, 2 s, 4 s … up to a minute apart."""
    delay = timedelta(seconds=min(2 ** (attempts - 1), 60))
    enqueue(
        REDELIVER.name,
        key=f"{letter}:{attempts}",
        payload={"letter": str(letter)},
        due_at=clock.now() + delay,
    )


def _redeliver(job: LeasedJob) -> bool:
    """Runs as the job's call, so that a failure rolls back all that the handler did, and only that."""
    return retry(job.domain, UUID(job.payload["letter"]))


def _nothing_to_record(job: LeasedJob, answer: object) -> None:
    """`retry` has recorded the outcome itself."""


def retry(label: str, letter_id: UUID) -> bool:
    """Try a letter again; True when it took effect. A failure counts an attempt and schedules or ends it."""
    domain = domains.get(label)
    letters = domain.tables.letter._default_manager.using(domain.alias)
    try:
        with unit_of_work(label), handling():
            letter = letters.select_for_update().get(id=letter_id)
            if letter.state in ("replayed", "discarded"):
                return False
            message = decode_message(letter.message)
            _handle([(message, subscription) for subscription in _subscriptions(domain, message, letter.handler)])
            domain.tables.inbox(event=letter.event, handler=letter.handler, received_at=clock.now()).save(
                using=domain.alias, force_insert=True
            )
            letter.state = "replayed"
            letter.save(using=domain.alias, update_fields=["state"])
        return True
    except domain.tables.letter.DoesNotExist:
        return False
    except Exception as failure:
        with unit_of_work(label):
            letter = letters.select_for_update().get(id=letter_id)
            letter.attempts += 1
            letter.reason = f"{type(failure).__name__}: {failure}"[:2000]
            letter.traceback = "".join(traceback.format_exception(failure))[-20000:]
            letter.last_failed_at = clock.now()
            letter.state = "dead" if letter.attempts >= MAX_ATTEMPTS else "retrying"
            letter.save(using=domain.alias)
            if letter.state == "retrying":
                _schedule(letter.id, attempts=letter.attempts)
        return False


def discard(label: str, letter_id: UUID) -> None:
    """Give a letter up for good; its event will not be applied."""
    domain = domains.get(label)
    with unit_of_work(label):
        domain.tables.letter._default_manager.using(domain.alias).filter(
            id=letter_id, state__in=["retrying", "dead"]
        ).update(state="discarded")


def _subscriptions(domain: domains.Domain, message: Message, handler: str) -> "list[Subscription[object]]":
    """The handler a letter names; all of the type's handlers for one that had none when it came."""
    known = domain.handlers.get(message.type, [])
    wanted = [s for s in known if handler in (s.name, UNHANDLED.name)]
    if not wanted:
        raise UnknownHandler(handler)
    return wanted


def _unhandled(_: object) -> None:
    raise UnknownHandler


UNHANDLED: "Subscription[object]" = Subscription(type="", handler=_unhandled, name="(none)", kind="reaction")
REDELIVER = JobKind(name="chassis.redeliver", call=_redeliver, record=_nothing_to_record)
