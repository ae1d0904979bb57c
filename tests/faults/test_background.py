"""The family of processes that `make up` runs behind the web server: what one member does, the others survive."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.domains import ALIASES
from config.local.process import family
from tests.processes import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]
PARTS = ("fast", "bulk", "jobs")


@pytest.fixture
def stack(tmp_path: Path, django_db_setup: None) -> Iterator[Stack]:
    """Databases and a broker, with no process on them."""
    made = Stack(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def start(stack: Stack, **environment: str) -> psutil.Process:
    """The head of the family."""
    stack.processes.start("background", "python", "-m", "config.background", **environment)
    return psutil.Process(stack.processes.running["background"].pid)


def members(head: psutil.Process) -> dict[str, int]:
    """Ids by name of all that live, cut to the 15 letters that Linux keeps of one."""
    return {one.name(): one.pid for one in family([head.pid]) if alive(one)}


def alive(one: psutil.Process) -> bool:
    return one.is_running() and one.status() != psutil.STATUS_ZOMBIE


def worker(alias: str) -> set[str]:
    return {name[:15] for name in (alias, *(f"{alias}.{part}" for part in PARTS))}


def test_a_domain_that_cannot_be_loaded_stops_no_others_worker(stack: Stack) -> None:
    head = start(stack, DATABASE_URL_POSTPURCHASE="")
    others = set().union(*(worker(alias) for alias in ALIASES if alias != "postpurchase"))
    eventually(lambda: members(head).keys() >= others, "the workers of five domains", within=60)
    running = {name: pid for name, pid in members(head).items() if name in others}
    log = stack.processes.log
    eventually(lambda: "postpurchase ended with status 256; again in 2.0 s" in log("background"), "a third try")
    assert "DATABASE_URL_POSTPURCHASE is not set" in log("background")
    assert "postpurchase.bu" not in members(head)
    assert {name: pid for name, pid in members(head).items() if name in others} == running


def test_a_killed_worker_comes_back_with_its_children_and_the_others_go_on(stack: Stack) -> None:
    head = start(stack)
    everybody = {"relay"}.union(*(worker(alias) for alias in ALIASES))
    eventually(lambda: members(head).keys() >= everybody, "the whole family", within=60)
    before = members(head)
    os.kill(before["logistics"], signal.SIGKILL)
    eventually(lambda: changed(before, members(head)) >= worker("logistics"), "a new worker of logistics")
    assert changed(before, members(head)) == worker("logistics")


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, pid in after.items() if before.get(name) != pid}


def test_nobody_is_left_when_the_head_of_the_family_is_killed(stack: Stack) -> None:
    head = start(stack)
    eventually(lambda: len(members(head)) >= 4 * len(ALIASES) + 2, "the whole family", within=60)
    everybody = family([head.pid])
    head.kill()
    eventually(lambda: not any(alive(one) for one in everybody), "the end of all")
