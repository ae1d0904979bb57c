"""What counts as a difference, and what a reason excuses."""

from decimal import Decimal

from config.parity.facts import RECORD, Difference, Fact, Such, differences, fact


def found(theirs: object, ours: object) -> list[tuple[str, str]]:
    return [(one.field, one.reason) for one in differences("7", theirs, ours)]  # type: ignore[arg-type]


def test_what_is_the_same_is_no_difference_and_nothing_is_none() -> None:
    assert found({"price": Decimal("59.0000"), "weight": None}, {"price": Decimal(59)}) == []


def test_a_field_that_one_side_lacks_is_one() -> None:
    assert found({"price": Decimal(59)}, {}) == [("price", "")]
    assert found({}, {"price": Decimal(59)}) == [("price", "")]


def test_a_reason_excuses_the_value_that_it_names_and_no_other() -> None:
    theirs = {"sku": Fact("A ", {"sku_trimmed": "A"})}
    assert found(theirs, {"sku": "A"}) == [("sku", "sku_trimmed")]
    assert found(theirs, {"sku": "B"}) == [("sku", "")]
    assert found(theirs, {"sku": "A "}) == []


def test_either_side_may_know_the_reason() -> None:
    ours = {"salable": Fact(Decimal(3), {"sold_here": Decimal(5)})}
    assert found({"salable": Decimal(5)}, ours) == [("salable", "sold_here")]
    assert found({"salable": Decimal(6)}, ours) == [("salable", "")]


def test_a_reason_may_leave_a_choice() -> None:
    theirs = {"address": Fact("tops", {"address_taken": Such(lambda slug: str(slug).startswith("tops-"))})}
    assert found(theirs, {"address": "tops-2"}) == [("address", "address_taken")]
    assert found(theirs, {"address": "socks"}) == [("address", "")]


def test_a_record_that_one_side_lacks_is_one_difference_and_may_have_a_reason() -> None:
    assert list(differences("7", {"a": 1, "b": 2}, None)) == [
        Difference(key="7", field=RECORD, theirs=True, ours=None, reason="")
    ]
    assert found(None, {"a": 1}) == [(RECORD, "")]
    assert found({RECORD: Fact(True, {"of_no_website": None}), "a": 1}, None) == [(RECORD, "of_no_website")]


def test_a_reason_that_would_excuse_nothing_is_none() -> None:
    assert fact("A", {"sku_trimmed": "A"}) == "A"
