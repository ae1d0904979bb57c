"""How a column's value is spelled in an event."""

import pytest

from strangler.source import Position
from strangler.values import as_text, binary_text, bit_number, date_text, datetime_text, timestamp_text


@pytest.mark.parametrize("zero", ["0000-00-00 00:00:00", "2024-00-10 00:00:00", "2024-02-30 00:00:00"])
def test_a_date_that_does_not_exist_is_no_date(zero):
    assert datetime_text(zero) is None
    assert timestamp_text(zero) is None
    assert date_text(zero[:10]) is None


def test_a_timestamp_is_utc_and_a_datetime_has_no_zone():
    assert timestamp_text("2024-02-29 13:00:00") == "2024-02-29T13:00:00Z"
    assert datetime_text("2024-02-29 13:00:00") == "2024-02-29T13:00:00"
    assert datetime_text("2024-02-29 13:00:00.250000") == "2024-02-29T13:00:00.250000"


def test_binary_data_is_base64_and_text_is_left_alone():
    assert binary_text(b"\x00\xff") == "AP8="
    assert binary_text(" Ümlaut  ") == " Ümlaut  "
    assert bit_number(b"\x01\x02") == 258


def test_null_stays_apart_from_the_empty_text():
    assert as_text({"a": None, "b": "", "c": 0}) == {"a": None, "b": "", "c": "0"}


def test_positions_grow_with_offset_and_file_even_where_names_sort_otherwise():
    places = [Position(), Position(file="b.999999", offset=5), Position(file="b.999999", offset=4_294_967_295),
              Position(file="b.1000000", offset=4)]  # fmt: skip
    assert sorted(p.number for p in places) == [p.number for p in places]
    assert places[-1].number < 2**63
