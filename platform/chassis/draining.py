"""Moving events and running jobs in one process, while no relay and no worker runs.

For a loader that lives through a month of past days: processes would act at the present. Whoever drains
holds the relays' locks, so that no relay can begin meanwhile. An event counts as relayed only after its
subscribers have it: a drain that is killed delivers it again, and the inboxes know it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from chassis import clock, domains
from chassis.ids import new_id
from chassis.inbox import receive
from chassis.jobs.runner import JobRunner
from chassis.listening import direct_connection
from chassis.messages import Envelope, Lane, decode_envelope, decode_message, encode

BATCH = 500
ROUNDS = 1000


@contextmanager
def alone() -> Iterator[bool]:
    """Whether every relay of the installed domains stands still; if so, none begins inside the block."""
    with ExitStack() as stack:
        yield all(_take(label, stack) for label in sorted(domain.label for domain in domains.installed()))


def drain(*labels: str) -> int:
    """Deliver what these domains (or all) have published and run their jobs that are due, until all is quiet.

    Returns the number of events. Jobs that failed and wait for their next attempt count as quiet.
    """
    everybody = list(domains.installed())
    here = [domains.get(label) for label in labels] or everybody
    moved = 0
    for _ in range(ROUNDS):
        events = sum(_deliver(domain, everybody) for domain in here)
        jobs = sum(JobRunner(domain.label).run_due() for domain in here if domain.kinds)
        moved += events
        if not events and not jobs:
            return moved
    raise RuntimeError(f"Events and jobs do not come to rest after {ROUNDS} rounds.")


def _take(label: str, stack: ExitStack) -> bool:
    connection = stack.enter_context(direct_connection(domains.get(label).alias))
    row = connection.execute("SELECT pg_try_advisory_lock(hashtext('sixfold.relay'), hashtext(%s))", [label]).fetchone()
    return bool(row and row[0])


def _deliver(producer: domains.Domain, everybody: list[domains.Domain]) -> int:
    outbox = producer.tables.outbox._default_manager.using(producer.alias)
    rows = list(outbox.filter(relayed_at__isnull=True).order_by("seq")[:BATCH])
    if not rows:
        return 0
    for subscriber in everybody:
        messages = [decode_message(row.message) for row in rows if row.type in subscriber.handlers]
        messages = [message for message in messages if message.to in ("", subscriber.label)]
        if messages:
            envelope = Envelope(
                id=new_id(), producer=producer.label, subscriber=subscriber.label, lane=Lane.BULK, messages=messages
            )
            # Through JSON, as on the wire: what cannot travel fails here too.
            receive(decode_envelope(encode(envelope)))
    outbox.filter(seq__in=[row.seq for row in rows]).update(relayed_at=clock.now())
    return len(rows)
