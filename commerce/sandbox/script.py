"""Scripted behaviour for tests: what the next calls shall meet. Kept in memory, gone with the process."""

import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from commerce.sandbox.problems import Problem
from commerce.sandbox.reading import Body

MOST_MOVES = 1000


class Op(StrEnum):
    """The call that a scripted move waits for."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class Move(StrEnum):
    """What happens to that call; seconds count for the first three."""

    TIMEOUT = "timeout"  # booked, then silence, then 504
    LOST = "lost"  # not booked, silence, then 504
    DELAY = "delay"  # silence, then booked and answered: the caller may long have given up
    DECLINE = "decline"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CHALLENGE = "challenge"
    ERROR = "error"  # 500, not booked


ONLY_AUTHORISE = {Move.INSUFFICIENT_FUNDS, Move.CHALLENGE}


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """One move: for the next ``op``, or the next with that payment reference when one is given."""

    op: Op
    behaviour: Move
    seconds: float | None = None
    reference: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which it was given."""
        return asdict(self)


class Script:
    """The moves still to come; each is used once, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moves: list[Scripted] = []

    def add(self, moves: list[Scripted]) -> None:
        """Append ``moves``."""
        with self._lock:
            self._moves += moves

    def clear(self) -> None:
        """Forget what is left."""
        with self._lock:
            self._moves.clear()

    def left(self) -> list[Scripted]:
        """The moves not yet used, in order."""
        with self._lock:
            return list(self._moves)

    def take(self, op: Op, *, reference: str) -> Scripted | None:
        """Remove and return the first move for this call, if there is one."""
        with self._lock:
            for position, one in enumerate(self._moves):
                if one.op is op and one.reference in (None, reference):
                    return self._moves.pop(position)
        return None


def read_moves(body: Body) -> list[Scripted]:
    """The moves in ``next`` of a request body; faults are noted in ``body``."""
    given = body.value("next")
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MOST_MOVES:
        body.fault("next", "not_a_list", f"This field is a list of at most {MOST_MOVES} moves.")
        return []
    return [move for position, one in enumerate(given) for move in _read_move(body, one, position=position)]


def _read_move(body: Body, given: object, *, position: int) -> list[Scripted]:
    if not isinstance(given, dict):
        body.fault(f"next[{position}]", "not_an_object", "A move is an object with op and behaviour.")
        return []
    part = Body(given, prefix=f"next[{position}].")
    op = part.choice("op", of=list(Op))
    behaviour = part.choice("behaviour", of=list(Move))
    if behaviour in ONLY_AUTHORISE and op != Op.AUTHORISE:
        part.fault("behaviour", "not_a_choice", "This behaviour is for authorise alone.")
    seconds, reference = part.seconds(), part.reference(required=False)
    try:
        part.finish()
    except Problem as refusal:
        body.faults += refusal.faults
        return []
    return [Scripted(op=Op(op), behaviour=Move(behaviour), seconds=seconds, reference=reference or None)]
