"""What goes and what stays: acknowledged rows go in time, what somebody still needs is never touched."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from chassis import clock, domains, inbox, letters, retention, scrubbing
from chassis.environment import Environment
from chassis.ids import new_id
from chassis.jobs import JobKind, LeasedJob
from chassis.jobs.runner import JobRunner
from chassis.messages import Message, decode_message
from chassis.settings import _retention
from chassis.subscriptions import Received, projection, reaction
from chassis.tests import bench
from chassis.unit_of_work import enqueue, unit_of_work

pytestmark = pytest.mark.django_db(databases=[bench.ALIAS])

DAY = timedelta(days=1)
heard: list[str] = []


def hear(batch: list[Received[bench.BellRung]]) -> None:
    heard.extend(f"{received.event.bell} by {received.event.by or 'nobody'}" for received in batch)


HEAR = reaction(bench.BellRung, hear)


@pytest.fixture(autouse=True)
def silence() -> None:
    heard.clear()


def sent(message: Message, *, acked: timedelta | None, packed: timedelta = 100 * DAY, to: str = "platform") -> None:
    """As if the message had been relayed and acknowledged so long ago; `acked` None: not yet."""
    now = clock.now()
    row = bench.rows("outbox").get(id=message.id)
    bench.rows("outbox").filter(id=message.id).update(relayed_at=now - packed, occurred_at=now - packed)
    bench.rows("delivery").create(
        envelope=new_id(), subscriber=to, lane="fast", seqs=[row.seq], created_at=now - packed, sent_at=now - packed,
        acked_at=None if acked is None else now - acked,
    )  # fmt: skip


def ringer(message: Message) -> str:
    """Who rang, as the outbox has it; "gone" without a row."""
    row = bench.rows("outbox").filter(id=message.id).first()
    return "gone" if row is None else bytes(decode_message(row.message).body).decode()


def test_an_acknowledged_event_goes_and_an_unacknowledged_one_stays_whole() -> None:
    done, waiting, recent, partly = (bench.ring(name) for name in ("done", "waiting", "recent", "partly"))
    sent(done, acked=8 * DAY)
    sent(waiting, acked=None)
    sent(recent, acked=6 * DAY)
    sent(partly, acked=50 * DAY)
    sent(partly, acked=None, to="logistics")
    fresh = bench.ring("fresh")
    retention.sweep(bench.ALIAS)
    assert ringer(done) == "gone"
    assert all("Ann Miller" in ringer(kept) for kept in (waiting, recent, partly, fresh))
    left = sorted((one.subscriber, one.acked_at is None) for one in bench.rows("delivery").all())
    assert left == [("logistics", True), ("platform", False), ("platform", True)]


def test_an_event_that_nobody_subscribes_to_goes_by_the_time_it_was_relayed() -> None:
    message, unrelayed = bench.ring(), bench.ring("b2")
    long_ago = clock.now() - 8 * DAY
    bench.rows("outbox").update(occurred_at=long_ago)
    bench.rows("outbox").filter(id=message.id).update(relayed_at=long_ago)
    retention.sweep(bench.ALIAS)
    assert ringer(message) == "gone" and ringer(unrelayed) != "gone"


def test_personal_fields_are_emptied_before_the_row_goes_where_it_is_kept_longer(settings: Any) -> None:
    settings.RETENTION = {"outbox": 60 * DAY, "personal": 30 * DAY, "inbox": 90 * DAY}
    old, waiting, recent = (bench.ring(name) for name in ("old", "waiting", "recent"))
    sent(old, acked=31 * DAY)
    sent(waiting, acked=None)
    sent(recent, acked=29 * DAY)
    retention.sweep(bench.ALIAS)
    assert ringer(old) == '{"bell":"old","by":""}'
    assert "Ann Miller" in ringer(waiting) and "Ann Miller" in ringer(recent)
    assert decode_message(bench.rows("outbox").get(id=old.id).message).scrubbed


def test_letters_are_emptied_with_the_values_that_their_errors_quote() -> None:
    dead, retrying = bench.ring("dead"), bench.ring("retrying")
    for message, state in ((dead, "dead"), (retrying, "retrying")):
        letter = bench.letter(message, handler=HEAR.name, state=state)
        letter.reason, letter.last_failed_at = "ValueError: no such person: Ann Miller", clock.now() - 31 * DAY
        letter.traceback = "Ann Miller"
        letter.save()
    retention.sweep(bench.ALIAS)
    emptied, kept = (bench.rows("letter").get(event=message.id) for message in (dead, retrying))
    assert "Miller" not in emptied.message + emptied.reason + emptied.traceback
    assert (emptied.state, emptied.reason) == ("dead", "ValueError")
    assert kept.message.count("Ann Miller") == 1 and kept.traceback == "Ann Miller"


def scrubbed_letter() -> Any:
    """A dead letter to HEAR whose personal field was emptied."""
    letter = bench.letter(bench.ring(), handler=HEAR.name)
    bench.rows("letter").update(last_failed_at=clock.now() - 31 * DAY)
    retention.sweep(bench.ALIAS)
    letter.refresh_from_db()
    return letter


def test_a_scrubbed_letter_is_not_replayed_as_if_it_were_whole() -> None:
    with bench.domain(subscriptions=(HEAR,)):
        letter = scrubbed_letter()
        with pytest.raises(letters.Emptied, match="personal data was removed"):
            letters.retry(bench.ALIAS, letter.id)
    assert not heard and not bench.rows("inbox").exists()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("dead", 1)


def test_a_scrubbed_letter_is_replayed_to_a_handler_that_does_without_a_person() -> None:
    with bench.domain(subscriptions=(reaction(bench.BellRung, hear, personal=False),)):
        letter = scrubbed_letter()
        assert letters.retry(bench.ALIAS, letter.id)
    assert heard == ["b1 by nobody"]


def test_a_scrubbed_letter_of_what_took_effect_after_all_is_settled() -> None:
    with bench.domain(subscriptions=(HEAR,)):
        letter = scrubbed_letter()
        bench.rows("inbox").create(event=letter.event, handler=HEAR.name, received_at=clock.now())
        assert letters.retry(bench.ALIAS, letter.id)
    letter.refresh_from_db()
    assert (letter.state, heard) == ("replayed", [])


def test_an_inbox_row_outlives_the_outbox_so_that_a_repetition_is_known() -> None:
    with bench.domain(subscriptions=(HEAR,)):
        message = bench.ring()
        inbox.receive(bench.envelope(message))
        bench.rows("inbox").update(received_at=clock.now() - 89 * DAY)
        retention.sweep(bench.ALIAS)
        inbox.receive(bench.envelope(message))
        assert heard == ["b1 by Ann Miller"]
        bench.rows("inbox").update(received_at=clock.now() - 91 * DAY)
        retention.sweep(bench.ALIAS)
        assert not bench.rows("inbox").exists()


def test_what_is_older_than_the_inbox_remembers_is_not_done_unasked() -> None:
    copied: list[str] = []

    def copy(batch: list[Received[bench.BellRung]]) -> None:
        copied.extend(received.event.bell for received in batch)

    with bench.domain(subscriptions=(HEAR, projection(bench.BellRung, copy))):
        with clock.travel(-91 * DAY):
            message = bench.ring()
        inbox.receive(bench.envelope(message))
        assert (heard, copied) == ([], ["b1"])
        letter = bench.rows("letter").get()
        assert letter.state == "dead" and "TooOld" in letter.reason
        letters.retry(bench.ALIAS, letter.id)
    assert heard == ["b1 by Ann Miller"]


def test_settled_letters_and_finished_jobs_go_and_those_that_need_somebody_stay() -> None:
    job = JobKind(name="commerce.quiet", record=lambda job, answer: None)
    with bench.domain(jobs=(job,)):
        with unit_of_work(bench.ALIAS):
            for key in ("done", "failed", "due", "new"):
                enqueue(job.name, key=key)
        for key in ("done", "failed"):
            bench.rows("job").filter(key=key).update(state=key, finished_at=clock.now() - 91 * DAY)
        bench.rows("job").filter(key="new").update(state="done", finished_at=clock.now() - 89 * DAY)
        for state in ("replayed", "discarded", "dead"):
            bench.letter(bench.ring(state), handler=HEAR.name, state=state)
        bench.rows("letter").update(last_failed_at=clock.now() - 91 * DAY)
        retention.sweep(bench.ALIAS)
    assert sorted(bench.rows("job").values_list("key", flat=True)) == ["due", "failed", "new"]
    assert list(bench.rows("letter").values_list("state", flat=True)) == ["dead"]


def test_personal_payloads_of_ended_jobs_are_emptied() -> None:
    job = JobKind(name="commerce.write", record=lambda job, answer: None, personal=("to.email", "name"))
    with bench.domain(jobs=(job,)):
        with unit_of_work(bench.ALIAS):
            for key in ("ended", "recent", "due"):
                enqueue(job.name, key=key, payload={"to": {"email": "ann@example.org"}, "name": "Ann", "order": "A-1"})
        for key, days in (("ended", 31), ("recent", 29)):
            bench.rows("job").filter(key=key).update(state="done", finished_at=clock.now() - days * DAY)
        retention.sweep(bench.ALIAS)
    found = {row.key: (row.payload["to"]["email"], row.payload["order"]) for row in bench.rows("job").all()}
    assert found["ended"] == ("", "A-1")
    assert found["recent"] == found["due"] == ("ann@example.org", "A-1")


def test_erasure_empties_all_messages_of_one_aggregate_and_names_what_still_waits() -> None:
    acked, waiting, other = bench.ring("b1"), bench.ring("b1", version=2), bench.ring("b2")
    sent(acked, acked=timedelta(seconds=1), packed=DAY)
    sent(waiting, acked=None, packed=DAY)
    sent(other, acked=DAY, packed=DAY)
    bench.letter(acked, handler=HEAR.name)
    assert scrubbing.erase(bench.ALIAS, aggregate_type="bell", aggregate_id="b1") == scrubbing.Erased(
        scrubbed=2, waiting=1
    )
    assert "Miller" not in ringer(acked) + bench.rows("letter").get().message
    assert "Miller" in ringer(waiting) and "Miller" in ringer(other)
    bench.rows("delivery").update(acked_at=clock.now() - timedelta(seconds=1))
    assert scrubbing.erase(bench.ALIAS, aggregate_type="bell", aggregate_id="b1").waiting == 0
    assert "Miller" not in ringer(waiting) and "Miller" in ringer(other)


def test_a_sweep_that_runs_out_of_time_goes_on_in_the_next_job() -> None:
    message = bench.ring()
    sent(message, acked=8 * DAY)
    assert retention.sweep(bench.ALIAS, seconds=0) == 0
    assert retention.sweep(bench.ALIAS, seconds=0, step=2) == 2
    job = LeasedJob(
        id=new_id(), domain=bench.ALIAS, kind=retention.RETAIN.name, key="7", payload={}, context={}, attempts=1
    )
    with bench.domain(), unit_of_work(bench.ALIAS):
        retention.RETAIN.record(job, 2)
    assert bench.rows("job").get().payload == {"step": 2}


def test_it_runs_by_itself_once_an_hour_whoever_plans_it() -> None:
    message = bench.ring()
    sent(message, acked=8 * DAY)
    with bench.domain():
        for _ in range(2):
            JobRunner(bench.ALIAS).plan()
        assert JobRunner(bench.ALIAS).run_due() == 1
        assert ringer(message) == "gone"
        with clock.travel(timedelta(hours=1)):
            JobRunner(bench.ALIAS).plan()
            assert JobRunner(bench.ALIAS).run_due() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"RETAIN_OUTBOX_DAYS": "0"}, "RETAIN_OUTBOX_DAYS"),
        ({"RETAIN_PERSONAL_DAYS": "x"}, "RETAIN_PERSONAL_DAYS"),
        ({"RETAIN_INBOX_DAYS": "30"}, "a replay may act twice"),
    ],
)
def test_ages_that_would_let_a_replay_act_twice_are_refused(given: dict[str, str], sentence: str) -> None:
    env = Environment(given)
    _retention(env)
    assert len(env.wrong) == 1 and sentence in env.wrong[0]


def test_ages_are_as_documented_unless_set() -> None:
    assert _retention(Environment({})) == {"outbox": 7 * DAY, "personal": 30 * DAY, "inbox": 90 * DAY}


def test_an_outbox_rows_envelopes_are_found_without_reading_all_of_them() -> None:
    outbox, deliveries = (bench.rows(name).model._meta.db_table for name in ("outbox", "delivery"))
    with connections[bench.ALIAS].cursor() as cursor:
        # Moments of the relay a second apart: at each a hundred events, and ten envelopes with ten of them.
        cursor.execute(
            f"""INSERT INTO {outbox} (seq, id, type, lane, message, occurred_at, relayed_at)
                SELECT n, gen_random_uuid(), 'commerce.bell_rung', 'fast', '{{}}', at, at
                FROM generate_series(1, 20000) n,
                     LATERAL (SELECT timestamptz '2020-01-01' + n / 100 * interval '1 s') moment(at)"""
        )
        cursor.execute(
            f"""INSERT INTO {deliveries} (envelope, subscriber, lane, seqs, created_at, sends, acked_at)
                SELECT gen_random_uuid(), 'platform', 'fast', jsonb_build_array(n * 10), at, 1, at
                FROM generate_series(0, 150000) n,
                     LATERAL (SELECT timestamptz '2020-01-01' + n / 10 * interval '1 s') moment(at)"""
        )
        cursor.execute(f"ANALYZE {outbox}")
        cursor.execute(f"ANALYZE {deliveries}")
        with CaptureQueriesContext(connections[bench.ALIAS]) as asked:
            found = sorted(scrubbing.finished(domains.get(bench.ALIAS), 1, 1000, before=clock.now()))
        assert found == list(range(1, 1001))
        cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"{deliveries}" in plan and f"Seq Scan on {deliveries}" not in plan, plan
