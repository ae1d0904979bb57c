"""What the next calls shall meet: kept in memory, gone with the process."""

import threading
import time
from dataclasses import dataclass

OPS = ("rates", "label", "track", "cancel")
BEHAVIOURS = ("slow", "lost", "error", "refuse")


@dataclass(frozen=True, kw_only=True)
class Move:
    op: str
    behaviour: str
    seconds: float = 1.0


class Script:
    """The moves still to come; each is used once, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moves: list[Move] = []

    def add(self, given: list[dict[str, object]]) -> None:
        """Append moves; ValueError for one that there is not."""
        moves = [
            Move(op=str(one["op"]), behaviour=str(one["behaviour"]), seconds=float(str(one.get("seconds", 1))))
            for one in given
        ]
        if any(move.op not in OPS or move.behaviour not in BEHAVIOURS for move in moves):
            raise ValueError(f"op is one of {OPS}, behaviour one of {BEHAVIOURS}")
        with self._lock:
            self._moves += moves

    def take(self, op: str) -> str:
        """The behaviour of this call, "" for none; a slow one was silent before this returns."""
        with self._lock:
            found = next((move for move in self._moves if move.op == op), None)
            if found is not None:
                self._moves.remove(found)
        if found is not None and found.behaviour == "slow":
            time.sleep(found.seconds)
        return found.behaviour if found is not None else ""
