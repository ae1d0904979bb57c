"""Limits hold in one process and, within an exchange, over several; without the shared store the shop stays open."""

import os
import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import RequestFactory, override_settings

from chassis.access import ratelimit
from chassis.access.principal import Kind, Principal
from chassis.access.ratelimit import Limiter, Rate, RedisCounts, client_address, limit
from chassis.errors import RateLimited

RATE = Rate(10, 60)


class Time:
    now = 6000.0

    def __call__(self) -> float:
        return self.now


def passed(limiter: Limiter, tries: int, who: str = "ann", rate: Rate = RATE) -> int:
    count = 0
    for _ in range(tries):
        try:
            limiter.hit("test", who, rate)
            count += 1
        except RateLimited:
            pass
    return count


def test_a_limit_is_exact_within_one_process() -> None:
    limiter = Limiter(wall=Time())
    assert passed(limiter, 50) == 10 and passed(limiter, 50, who="bob") == 10


def test_the_window_slides_so_that_its_edge_does_not_double_the_limit() -> None:
    time = Time()
    time.now += 59
    limiter = Limiter(wall=time)
    assert passed(limiter, 20) == 10
    time.now += 2
    assert passed(limiter, 20) == 0
    time.now += 30
    assert passed(limiter, 20) == 5
    time.now += 120
    assert passed(limiter, 20) == 10


def test_a_refusal_says_when_to_come_back_and_hammering_does_not_lengthen_it() -> None:
    time = Time()
    limiter = Limiter(wall=time)
    passed(limiter, 500)
    with pytest.raises(RateLimited) as raised:
        limiter.hit("test", "ann", RATE)
    assert raised.value.headers["Retry-After"] == "60"
    time.now += 67
    assert passed(limiter, 5) == 1


class Dead:
    asked = 0

    def add(self, hits: Iterable[tuple[str, int, int]]) -> list[int]:
        self.asked += 1
        raise ConnectionError


def test_without_the_shared_store_each_process_counts_alone_and_asks_rarely() -> None:
    dead, timer = Dead(), Time()
    limiter = Limiter(dead, wall=Time(), timer=timer)
    assert passed(limiter, 50) == 10 and dead.asked == 1
    timer.now += ratelimit.PAUSE_AFTER_FAILURE + 1
    assert passed(limiter, 1, who="bob") == 1 and dead.asked == 2


def test_two_processes_share_a_limit_through_the_real_broker() -> None:
    timer, who = Time(), f"ann-{uuid.uuid4()}"
    first, second = (Limiter(RedisCounts(os.environ["BROKER_URL"]), wall=Time(), timer=timer) for _ in range(2))
    assert passed(first, 6, who=who) == 6
    timer.now += 1
    passed(first, 1, who="somebody")  # the exchange carries all that is not told yet
    assert passed(second, 1, who=who) == 1
    assert passed(second, 20, who=who) == 3  # 6 + 1 + 3


def test_memory_does_not_grow_with_callers_of_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counts:
        def add(self, hits: Iterable[tuple[str, int, int]]) -> list[int]:
            return [number for _, number, _ in hits]

    time, timer = Time(), Time()
    limiter = Limiter(Counts(), wall=time, timer=timer)
    for number in range(500):
        limiter.hit("test", str(number), RATE)
    time.now += 300
    timer.now += 300
    limiter.hit("test", "last", RATE)
    assert len(limiter._windows) <= 2


@pytest.mark.parametrize("text", ["", "60", "60/", "x/m", "0/m", "-1/m", "5/w"])
def test_a_wrong_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Rate.of(text)


def request(principal: Principal | None = None, **meta: str) -> Any:
    made = RequestFactory().get("/", **meta)
    made.user = principal  # type: ignore[assignment]
    return made


def test_a_caller_cannot_choose_its_address_by_a_header() -> None:
    forwarded = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 5.6.7.8"}
    assert client_address(request(**forwarded)) == "10.0.0.1"
    with override_settings(TRUSTED_PROXIES=1):
        assert client_address(request(**forwarded)) == "5.6.7.8"
        assert client_address(request(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="evil")) == "unknown"
    assert client_address(request(REMOTE_ADDR="2001:db8:1:2:3:4:5:6")) == "2001:db8:1:2::"


def test_settings_change_or_switch_off_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Limiter()
    monkeypatch.setattr(ratelimit, "limiter", lambda: own)
    ann = request(Principal(kind=Kind.CUSTOMER, id="ann"))
    with override_settings(RATE_LIMITS={"sign_in": "2/m"}):
        limit(ann, "sign_in", "60/m")
        limit(ann, "sign_in", "60/m")
        with pytest.raises(RateLimited):
            limit(ann, "sign_in", "60/m")
        limit(request(), "sign_in", "60/m")
    with override_settings(RATE_LIMITS={"sign_in": ""}):
        for _ in range(100):
            limit(ann, "sign_in", "1/m")
