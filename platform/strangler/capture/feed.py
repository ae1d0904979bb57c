"""Pieces on their way from the thread that reads to the one that commits: so the source is read while we write.

What waits is bounded by its size; a reader that is faster waits, and behind it the server.
"""

import threading
from collections import deque
from collections.abc import Generator

from strangler.capture.pieces import Piece

MOST_BYTES = 2_000_000


class Feed:
    """Runs a reader in a thread of its own, which ends with this process or at the next piece after `close`."""

    def __init__(self, pieces: Generator[Piece, None, None], *, most_bytes: int = MOST_BYTES) -> None:
        self._pieces = pieces
        self._most = most_bytes
        self._waiting: deque[Piece] = deque()
        self._bytes = 0
        self._failure: BaseException | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, name="capture-reader", daemon=True)
        self._thread.start()

    def take(self, seconds: float) -> Piece | None:
        """The next piece, None if none comes in time. Raises what the reader failed with, after its last piece."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._failure, timeout=seconds)
            if self._waiting:
                piece = self._waiting.popleft()
                self._bytes -= piece.size
                self._changed.notify_all()
                return piece
            if self._failure:
                raise self._failure
            return None

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def close(self) -> None:
        """Have the reader stop; what waits is forgotten."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join(timeout=5)

    def _read(self) -> None:
        try:
            for piece in self._pieces:
                if not self._put(piece):
                    return
            raise EOFError("There is nothing more to read.")
        except BaseException as failure:  # it is the other thread's to handle
            with self._changed:
                self._failure = failure
                self._changed.notify_all()
        finally:
            self._pieces.close()

    def _put(self, piece: Piece) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._waiting or self._bytes < self._most)
            if self._closed:
                return False
            self._waiting.append(piece)
            self._bytes += piece.size
            self._changed.notify_all()
            return True
