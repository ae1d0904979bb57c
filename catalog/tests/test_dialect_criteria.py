"""searchCriteria of any shape is read, refused in Magento's words, or left to the shop: it never breaks anything."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.legacy.dialect.criteria import Criteria, Filter, Sort, read_criteria
from catalog.legacy.dialect.errors import NotHere, Refused

ROOT = "searchCriteria"
# The first text takes Hypothesis a second, once.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
names = st.sampled_from(
    [
        *("filter_groups", "filterGroups", "filters", "field", "value", "condition_type", "sortOrders", "direction"),
        *("pageSize", "currentPage", "0", "1", "", "x", "-1", "9" * 30, "page_size"),
    ]
)
keys = st.lists(names, max_size=7).map(lambda parts: ROOT + "".join(f"[{part}]" for part in parts))
values = st.one_of(st.text(max_size=30), st.sampled_from(["eq", "in", "1,2", "sku", "ASC", "24", "like"]))


@patiently
@given(st.lists(st.tuples(st.one_of(keys, st.text(max_size=20)), values), max_size=12))
def test_nothing_that_is_asked_breaks_it(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    try:
        assert isinstance(read_criteria(query), Criteria)
    except Refused as refused:
        assert 400 <= refused.status < 500 and refused.body["message"]
    except NotHere as left:
        assert str(left)


@patiently
@given(st.text(max_size=200))
def test_no_query_string_breaks_it(query: str) -> None:
    with pytest.raises((Refused, NotHere)):
        read_criteria(query)


def test_criteria_are_read_in_both_spellings_and_told_again() -> None:
    snake = {
        f"{ROOT}[filter_groups][0][filters][0][field]": "visibility",
        f"{ROOT}[filter_groups][0][filters][0][value]": "2,4",
        f"{ROOT}[filter_groups][0][filters][0][condition_type]": "in",
        f"{ROOT}[sort_orders][0][field]": "name",
        f"{ROOT}[sort_orders][0][direction]": "asc",
        f"{ROOT}[page_size]": "24",
    }
    camel = {
        name.replace("filter_groups", "filterGroups").replace("condition_type", "conditionType")
        .replace("sort_orders", "sortOrders").replace("page_size", "pageSize"): value
        for name, value in snake.items()
    }  # fmt: skip
    criteria = read_criteria(urlencode(snake))
    assert criteria == read_criteria(urlencode(camel))
    assert criteria.groups == ((Filter(field="visibility", value="2,4", condition="in"),),)
    assert criteria.sorts == (Sort(field="name", descending=False),)
    assert criteria.told == {
        "filter_groups": [{"filters": [{"field": "visibility", "value": "2,4", "condition_type": "in"}]}],
        "sort_orders": [{"field": "name", "direction": "ASC"}],
        "page_size": 24,
        "current_page": 1,
    }


def test_more_than_the_bounds_is_left_to_the_shop() -> None:
    many = {f"{ROOT}[filter_groups][{n}][filters][0][field]": "sku" for n in range(31)} | {f"{ROOT}[pageSize]": "1"}
    long = {f"{ROOT}[filter_groups][0][filters][0][field]": "sku", f"{ROOT}[pageSize]": "1",
            f"{ROOT}[filter_groups][0][filters][0][value]": "x" * 1001}  # fmt: skip
    for query in (many, long, {f"{ROOT}[pageSize]": "301"}, {f"{ROOT}[pageSize]": "1", "fields": "items"}):
        with pytest.raises(NotHere):
            read_criteria(urlencode(query))
    with pytest.raises(Refused):
        read_criteria("&".join(f"a{n}=1" for n in range(300)))
