"""What an extraction says of its pace."""

from strangler.extract import TableProgress
from strangler.pace import Pace


def step(table: str, rows: int, *, expected: int = 10_000, done: bool = False) -> TableProgress:
    return TableProgress(table=table, rows=rows, expected=expected, changed=rows, deleted=0, done=done)


def test_rate_and_remaining_time_come_from_what_this_process_has_read() -> None:
    moments = iter([0.0, 1.0, 2.0, 10.0])
    pace = Pace({"a": 10_000, "b": 30_000}, batch=1_000, clock=lambda: next(moments))
    # 5,000 rows were read before a kill.
    assert pace.line(step("a", 6_000)).endswith("1,000 rows/s, about 34 s left")
    assert pace.line(step("a", 7_000)) == " 70 % a: 7,000 rows, 7,000 sent; 1,000 rows/s, about 33 s left"
    assert pace.line(step("a", 7_000, done=True)).endswith("200 rows/s, about 2 min left")
