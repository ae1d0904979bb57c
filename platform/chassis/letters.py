"""Dead letters: what a handler could not apply, tried again with back-off and finally left for dead, with its reason.

A failure is retried for two minutes. What is only out of order (`NotYet`) waits for a day, since the producer of what
it waits for may have a day's backlog.

They are rows of the consumer's own database. A letter and an inbox row may tell of the same event (a connection
lost while it commits, an event that came again after an upgrade): the inbox row decides whether it took effect.
"""

import logging
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis import clock, domains
from chassis.applying import Pair, claim, handle
from chassis.context import handling
from chassis.errors import DomainError
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.messages import Message, UnknownEvent, decode_message, encode
from chassis.subscriptions import NotYet, Subscription, caused_by
from chassis.unit_of_work import enqueue, unit_of_work

log = logging.getLogger("sixfold.letters")

SETTLED = ("replayed", "discarded")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often a letter in a state is tried: 1 s, 2 s, 4 s … up to `longest` apart. Counted and not timed, so that a
    worker that was down uses none of it up."""

    state: str
    attempts: int
    longest: timedelta


FAILING = Patience(state="retrying", attempts=8, longest=timedelta(minutes=1))
AWAITING = Patience(state="waiting", attempts=154, longest=timedelta(minutes=10))


class UnknownHandler(Exception):
    """A letter names a handler that this code no longer has."""


class TooOld(Exception):
    """The event is older than the inbox remembers, so that nobody knows whether it took effect before."""


class Emptied(DomainError):
    code, status, title = (
        "letter_emptied",
        409,
        "Its personal data was removed after its time, and its handler cannot do without: it can only be discarded.",
    )


HOPELESS = (UnknownEvent, UnknownHandler, TooOld)
"""What no repetition mends: dead at once, and for a person to judge."""


def keep(domain: domains.Domain, pair: Pair, failure: Exception) -> None:
    """Write a letter for what failed, unless there is one."""
    message, subscription = pair
    letter = domain.tables.letter(
        id=new_id(),
        event=message.id,
        handler=subscription.name,
        type=message.type,
        message=encode(message).decode(),
        attempts=0,
        first_failed_at=clock.now(),
    )
    letters = _letters(domain)
    with caused_by(message), unit_of_work(domain.label):
        level = logging.INFO if isinstance(failure, NotYet) else logging.ERROR
        log.log(level, "event %s failed in %s: %s", message.id, subscription.name, type(failure).__name__)
        if not letters.filter(event=message.id, handler=subscription.name).exists():
            _fail(domain, letter, failure)


def retry(label: str, letter_id: UUID) -> bool:
    """Try a letter again; whether it is settled now. A failure counts an attempt and schedules or ends it.

    Raises Emptied, with nothing changed, for one that was scrubbed and whose handler reads personal fields.
    """
    domain = domains.get(label)
    letters = _letters(domain)
    try:
        with unit_of_work(label), handling():
            letter = letters.select_for_update().get(id=letter_id)
            if letter.state in SETTLED:
                return True
            message = decode_message(letter.message)
            pairs: list[Pair] = [(message, one) for one in _subscriptions(domain, message, letter.handler)]
            fresh = claim(domain, pairs, letters=True)
            if message.scrubbed and any(one.personal for _, one in fresh):
                raise Emptied()
            handle(fresh)
            letter.state = "replayed"
            letter.save(using=domain.alias, update_fields=["state"])
        return True
    except Emptied:
        raise
    except domain.tables.letter.DoesNotExist:
        return False
    except Exception as failure:
        with unit_of_work(label):
            letter = letters.select_for_update().get(id=letter_id)
            if letter.state in SETTLED:  # somebody gave it up while it failed
                return True
            _fail(domain, letter, failure)
        return False


def discard(label: str, letter_id: UUID) -> None:
    """Give a letter up for good; its event will not be applied."""
    domain = domains.get(label)
    with unit_of_work(label):
        _letters(domain).filter(id=letter_id, state__in=domain.tables.letter.OPEN).update(state="discarded")


def _fail(domain: domains.Domain, letter: Any, failure: Exception, *, dead: bool = False) -> None:
    """Note a failed attempt, and schedule the next one unless it was the last."""
    patience = AWAITING if isinstance(failure, NotYet) else FAILING
    # What has waited long and fails now has all attempts of a failure before it, and the other way round.
    letter.attempts = letter.attempts + 1 if letter.state in (patience.state, "dead") else 1
    dead = dead or isinstance(failure, HOPELESS) or letter.attempts >= patience.attempts
    letter.state = "dead" if dead else patience.state
    letter.reason, letter.traceback = _reason(failure), _traceback(failure)
    letter.last_failed_at = clock.now()
    letter.save(using=domain.alias, force_insert=letter._state.adding)
    if not dead:
        delay = min(timedelta(seconds=2 ** min(letter.attempts - 1, 20)), patience.longest)
        enqueue(
            REDELIVER.name,
            key=f"{letter.id}:{new_id()}",
            payload={"letter": str(letter.id)},
            due_at=clock.now() + delay,
        )


def _redeliver(job: LeasedJob) -> bool:
    """Runs as the job's call, so that a failure rolls back all that the handler did, and only that."""
    return retry(job.domain, UUID(job.payload["letter"]))


def _nothing_to_record(job: LeasedJob, answer: object) -> None:
    """`retry` has recorded the outcome itself."""


def _bury(job: LeasedJob, failure: Exception) -> None:
    """Not even trying came to an end (it kills its process, perhaps): a person must look."""
    domain = domains.get(job.domain)
    letter = _letters(domain).select_for_update().filter(id=job.payload["letter"]).first()
    if letter is not None and letter.state in letter.TRIED:
        _fail(domain, letter, failure, dead=True)


def _letters(domain: domains.Domain) -> Any:
    return domain.tables.letter._default_manager.using(domain.alias)


def _subscriptions(domain: domains.Domain, message: Message, handler: str) -> "list[Subscription[object]]":
    """The handler a letter names; all of the type's handlers for one that had none when it came."""
    known = [one for one in domain.handlers.get(message.type, ()) if one.concerns(message)]
    wanted = [one for one in known if handler in (one.name, UNHANDLED.name)]
    if not wanted:
        raise UnknownHandler(handler)
    return wanted


def _reason(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"[:2000]


def _traceback(failure: Exception) -> str:
    return "".join(traceback.format_exception(failure))[-20000:]


def _unhandled(_: object) -> None:
    raise UnknownHandler


UNHANDLED: "Subscription[object]" = Subscription(type="", handler=_unhandled, name="(none)", kind="reaction")
REDELIVER = JobKind(
    name="chassis.redeliver", call=_redeliver, record=_nothing_to_record, give_up=_bury, max_attempts=10
)
