"""What is on its way: it may make the books differ for a moment, and what stays here for long is stuck."""

from collections.abc import Iterator

from chassis import clock
from config.audit.books import Books
from config.domains import DOMAINS


def underway(books: Books) -> Iterator[str]:
    """Open checkouts, work that is due, events that nobody has acknowledged and letters, with the oldest of each."""
    for count, oldest in books.query(
        "commerce",
        """SELECT count(*), min(created_at) FROM commerce_sagainstance
           WHERE state NOT IN ('completed', 'compensated') HAVING count(*) > 0""",
    ):
        yield f"{count} checkouts, the oldest of {oldest:%Y-%m-%d %H:%M}"
    now = clock.now()
    for row in DOMAINS:
        for what, sql in _OF_A_DOMAIN.items():
            for count, oldest in books.query(row.alias, sql.format(label=row.label), now):
                yield f"{row.label}: {count} {what}, the oldest of {oldest:%Y-%m-%d %H:%M}"


_OF_A_DOMAIN = {
    "events that were not acknowledged": """
        SELECT count(*), min(created_at) FROM {label}_delivery WHERE acked_at IS NULL AND created_at <= %s
        HAVING count(*) > 0""",
    "jobs that are due": """
        SELECT count(*), min(due_at) FROM {label}_job WHERE state = 'due' AND due_at <= %s
        HAVING count(*) > 0""",
    "jobs that have failed": """
        SELECT count(*), min(due_at) FROM {label}_job WHERE state = 'failed' AND due_at <= %s
        HAVING count(*) > 0""",
    "dead letters": """
        SELECT count(*), min(first_failed_at) FROM {label}_deadletter
        WHERE state NOT IN ('replayed', 'discarded') AND first_failed_at <= %s
        HAVING count(*) > 0""",
}
