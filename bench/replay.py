"""What PostgreSQL alone would need: the statements and commits of an action, recorded once and replayed by psycopg.

An action is run in this process, with events delivered and jobs run by `chassis.draining` while no other process
lives, and every statement is written down as text with its transaction. A replay sends those texts again, with a new id
wherever the action had made one (ids of version 7 carry their moment), and new order and payment numbers. It computes
nothing and builds no model: the distance to it is what Python, HTTP and the broker cost. No process of the shop may run
meanwhile, or it would act on the events and jobs that are replayed; they are set aside at the end.
"""

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from bench.load import Answer
from bench.shoppers import Step
from chassis.ids import new_id

_AT_ONCE = {"Prefer": "wait=0"}  # nobody would answer while it waits: events are delivered after it
COMMIT = "COMMIT"
# psycopg writes ids without hyphens, JSON has them with.
_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-f])")
# Made by the database itself (version 4), and so another one in each replay: the few statements that name one are
# left out.
_FOREIGN = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}(?![0-9a-f])"
)
_NAME = re.compile(r"\bHOME-(?:[A-Z]+-)?\d+|\bpay_[0-9a-f]{32}")
# The outbox is emptied by relays, many events at a time: their bookkeeping is not the action's.
_RELAY = re.compile(r"^(SELECT|UPDATE)\b[^;]*_outboxevent", re.S)


class Statement(msgspec.Struct, frozen=True):
    """A statement in a domain's database; `inside` an open transaction or committed by itself."""

    alias: str
    text: str
    inside: bool


class Script(msgspec.Struct):
    """An action: what must be there before it, and what counts. `made_after`: ids since then are its own."""

    made_after: float
    prepare: list[Statement]
    action: list[Statement]

    @property
    def commits(self) -> int:
        """Transactions that change something; what only reads commits for nothing."""
        return sum(s.text == COMMIT for s in self.action) + sum(not s.inside and _writes(s.text) for s in self.action)

    @property
    def statements(self) -> int:
        """Statements without the commits."""
        return sum(s.text != COMMIT for s in self.action)


@dataclass
class Recording:
    """Collects while it is open; `dirty` are the databases with an open transaction."""

    statements: list[Statement] = field(default_factory=list)
    dirty: set[str] = field(default_factory=set)

    def forget(self, alias: str) -> None:
        """Drop what a transaction had executed that was rolled back."""
        self.dirty.discard(alias)
        for at in range(len(self.statements) - 1, -1, -1):
            statement = self.statements[at]
            if statement.alias == alias and statement.text == COMMIT:
                break
            if statement.alias == alias and statement.inside:
                del self.statements[at]


@contextmanager
def recording() -> Iterator[Recording]:
    """Write down what this thread's connections execute."""
    from django.db import connections

    into = Recording()
    undo: list[Callable[[], None]] = []
    for alias in connections:
        if alias != "default":
            undo.append(_listen(connections[alias], alias, into))
    try:
        yield into
    finally:
        for stop in undo:
            stop()


def _listen(connection: Any, alias: str, into: Recording) -> Callable[[], None]:
    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = run(sql, params, many, context)
        cursor = context["cursor"].cursor
        # With a cursor of its own: the one that was executed still has its answer to give.
        text = psycopg.ClientCursor(cursor.connection).mogrify(sql, params) if params else sql
        polled = text.startswith("UPDATE") and cursor.rowcount == 0  # a look for work that was not there
        if not (polled or _RELAY.match(text) or _FOREIGN.search(text)):
            into.statements.append(Statement(alias, text, connection.in_atomic_block))
            if connection.in_atomic_block:
                into.dirty.add(alias)
        return result

    commit = connection.commit

    def committed() -> None:
        commit()
        if alias in into.dirty:
            into.dirty.discard(alias)
            into.statements.append(Statement(alias, COMMIT, True))

    def rolled_back() -> None:
        rollback()
        into.forget(alias)

    rollback = connection.rollback
    connection.commit, connection.rollback = committed, rolled_back
    connection.execute_wrappers.append(execute)

    def stop() -> None:
        connection.execute_wrappers.remove(execute)
        del connection.commit, connection.rollback

    return stop


def act(step: Step) -> Any:
    """Carry out a shopper's step in this process, and what follows from it until all is quiet; its result."""
    from django.test import Client

    from chassis.draining import drain

    client = Client(SERVER_NAME="127.0.0.1")
    try:
        request = next(step)
        while True:
            head, _, body = request.partition(b"\r\n\r\n")
            method, path = head.decode().split(" ", 2)[:2]
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            headers = {name: value for name, value in fields.items() if name not in ("Host", "Content-Length")}
            answer = client.generic(
                method, path, body, content_type="application/json", headers={**headers, **_AT_ONCE}
            )
            if answer.status_code == 202:
                drain()
            request = step.send(Answer(answer.status_code, answer.content, 0.0))
    except StopIteration as end:
        return end.value


def record(actions: int, *, prepare: Callable[[random.Random], Step], action: Callable[[Any], Step]) -> list[Script]:
    """So many scripts of an action, each with other choices; `action` is given what `prepare` returned."""
    from chassis.draining import drain

    scripts = []
    for number in range(actions):
        since = time.time()
        with recording() as made:
            ready = act(prepare(random.Random(number)))
            at = len(made.statements)
            act(action(ready))
            drain()
        scripts.append(Script(since, made.statements[:at], made.statements[at:]))
    return scripts


class Plan(msgspec.Struct):
    """`clients` replay `scripts` on connections of their own for `seconds`."""

    urls: dict[str, str]
    scripts: list[Script]
    clients: int
    seconds: float


class Outcome(msgspec.Struct):
    """The seconds of each action; what prepares it is not in them."""

    clients: int
    times: list[float]

    @property
    def rate(self) -> float:
        """Actions a second, were all clients at them all the time."""
        return self.clients * len(self.times) / sum(self.times)


def run(plan: Plan) -> Outcome:
    """Replay from as many processes as there are clients, at the same time."""
    share = msgspec.structs.replace(plan, clients=1)
    payloads = [
        msgspec.json.encode(msgspec.structs.replace(share, scripts=plan.scripts[n:] + plan.scripts[:n]))
        for n in range(plan.clients)
    ]
    command = [sys.executable, "-m", "bench.replay"]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in payloads]
    for child, payload in zip(children, payloads, strict=True):
        assert child.stdin is not None
        child.stdin.write(payload)
        child.stdin.close()
    parts = []
    for child in children:
        assert child.stdout is not None
        parts.append(child.stdout.read())
        if child.wait() != 0:
            raise RuntimeError("A replay failed; its message is above.")
    _set_aside(plan.urls)
    outcomes = [msgspec.json.decode(part, type=Outcome) for part in parts]
    return Outcome(plan.clients, [seconds for outcome in outcomes for seconds in outcome.times])


def _set_aside(urls: dict[str, str]) -> None:
    """Nobody shall act on what was replayed."""
    for alias, url in urls.items():
        with psycopg.connect(url) as connection:
            connection.execute(f"UPDATE {alias}_outboxevent SET relayed_at = now() WHERE relayed_at IS NULL")
            connection.execute(f"DELETE FROM {alias}_job WHERE state = 'due'")


def _replay(plan: Plan) -> Outcome:
    connections = {alias: psycopg.connect(url, autocommit=True) for alias, url in plan.urls.items()}
    times: list[float] = []
    end = time.monotonic() + plan.seconds
    while not times or time.monotonic() < end:
        script = plan.scripts[len(times) % len(plan.scripts)]
        renamed: dict[str, str] = {}
        suffix = str(new_id())[-12:]
        _execute(connections, _renewed(script.prepare, script, renamed, suffix))
        action = _renewed(script.action, script, renamed, suffix)
        began = time.perf_counter()
        _execute(connections, action)
        times.append(time.perf_counter() - began)
    return Outcome(plan.clients, times)


def _execute(connections: dict[str, Any], statements: Sequence[Statement]) -> None:
    open_in: set[str] = set()
    for statement in statements:
        connection = connections[statement.alias]
        if statement.text == COMMIT:
            if statement.alias in open_in:
                connection.execute("COMMIT")
                open_in.discard(statement.alias)
            continue
        if statement.inside and statement.alias not in open_in:
            connection.execute("BEGIN")
            open_in.add(statement.alias)
        connection.execute(statement.text)
    for alias in open_in:
        connections[alias].execute("COMMIT")


def _renewed(statements: list[Statement], script: Script, renamed: dict[str, str], suffix: str) -> list[Statement]:
    def fresh(found: re.Match[str]) -> str:
        old = found[0].replace("-", "")
        if old not in renamed:
            own = UUID(old).int >> 80 >= script.made_after * 1000 - 1
            renamed[old] = str(new_id()) if own else found[0]
        return renamed[old]

    return [
        Statement(s.alias, _NAME.sub(lambda found: f"{found[0]}-{suffix}", _ID.sub(fresh, s.text)), s.inside)
        for s in statements
    ]


def _writes(text: str) -> bool:
    return text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH"))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_replay(msgspec.json.decode(sys.stdin.buffer.read(), type=Plan))))
