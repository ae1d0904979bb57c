"""The load client: closed loops over kept-alive sockets, in a process of its own.

A shopper is a generator that yields requests as bytes and is sent each answer. It shares the machine's cores with
what it measures, so it does as little as it can: no HTTP library, one thread, one `epoll`.
"""

import pickle
import selectors
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple


class Answer(NamedTuple):
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


Record = Callable[[str, float], None]
"""Counts one sample under a name: seconds for what took time, 0 for what is only counted."""
Shopper = Generator[bytes, Answer, None]
MakeShopper = Callable[[int, Record], Shopper]


@dataclass(kw_only=True)
class Samples:
    """What the shoppers recorded within the window, which took `seconds`."""

    seconds: float = 0.0
    by_name: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def count(self, name: str) -> int:
        """How many samples have this name."""
        return len(self.by_name.get(name, ()))

    def rate(self, name: str) -> float:
        """Samples per second."""
        return self.count(name) / self.seconds

    def milliseconds(self, name: str, percent: float) -> float:
        """A percentile of the samples, nearest rank."""
        ordered = sorted(self.by_name[name])
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`shoppers` loops over `make(number, record)`, for `seconds` after `warm_up`, or all until they end (None)."""

    port: int
    make: MakeShopper
    shoppers: int
    seconds: float | None
    warm_up: float = 0.0
    least: int = 20  # samples that a window has, if it takes longer: a slow machine is to give a figure too


def run(plan: Plan) -> Samples:
    """Carry out a plan in a process of its own. RuntimeError with what went wrong there."""
    done = subprocess.run([sys.executable, "-m", "bench.load"], input=pickle.dumps(plan), capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"The load client failed:\n{done.stderr.decode()[-3000:]}")
    samples: Samples = pickle.loads(done.stdout)
    return samples


class _Loop:
    """One shopper on one connection."""

    def __init__(self, port: int, shopper: Shopper) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.shopper = shopper
        self.received = bytearray()
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> Answer | None:
        """The whole answer once it is there."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection")
        self.received += part
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.received[:end]).lower()
        status = int(head[9:12])
        at = head.find(b"content-length:")
        if at < 0 and status not in (204, 304):
            raise ConnectionError(f"an answer without a length: {head[:300]!r}")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.received) < end + 4 + length:
            return None
        return Answer(status, bytes(self.received[end + 4 :]), time.perf_counter() - self.sent_at)


def drive(plan: Plan) -> Samples:
    """Carry out a plan in this process."""
    samples = Samples()

    recorded = 0

    def record(name: str, seconds: float) -> None:
        nonlocal recorded
        recorded += 1
        samples.by_name[name].append(seconds)

    waiting = selectors.DefaultSelector()
    for number in range(plan.shoppers):
        loop = _Loop(plan.port, plan.make(number, record))
        waiting.register(loop.socket, selectors.EVENT_READ, loop)
        loop.send(next(loop.shopper))
    begun = time.perf_counter()
    end = None if plan.seconds is None else begun + plan.warm_up + plan.seconds
    warm = plan.warm_up == 0
    while waiting.get_map() and (end is None or time.perf_counter() < end or recorded < plan.least):
        if not warm and time.perf_counter() - begun > plan.warm_up:
            samples.by_name.clear()
            recorded = 0
            begun, warm = time.perf_counter(), True
        for key, _ in waiting.select(timeout=1):
            loop = key.data
            answer = loop.read()
            if answer is None:
                continue
            try:
                loop.send(loop.shopper.send(answer))
            except StopIteration:
                waiting.unregister(loop.socket)
                loop.socket.close()
    samples.seconds = time.perf_counter() - begun
    return samples


if __name__ == "__main__":
    from bench import load  # the classes as others know them, not as __main__'s

    sys.stdout.buffer.write(pickle.dumps(load.drive(pickle.loads(sys.stdin.buffer.read()))))
