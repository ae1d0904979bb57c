"""A worker loads its domain and no pages, and all before it forks: what it loads later, it holds three times."""

import json
import os
import subprocess
import sys

import pytest

from config.background import settings_of
from config.domains import ALIASES
from config.local.state import REPOSITORY

# A consumer as `manage.py work` has it, of a queue that nobody sends to.
CONSUME = """
import json, os, sys
import config, django
django.setup()
from celery.signals import worker_ready
from chassis.messages import Lane
from chassis.worker import consume, load
load()
before = set(sys.modules)

@worker_ready.connect
def tell(**_):
    print(json.dumps([sorted(before), sorted(set(sys.modules) - before)]), file=sys.__stdout__, flush=True)
    os._exit(0)

consume(["nobody"], Lane.FAST)
"""
FOR_REQUESTS = ("rest_framework.views", "rest_framework.serializers", "drf_spectacular.plumbing", "django.test")


@pytest.mark.parametrize("alias", ALIASES)
def test_a_worker_loads_nothing_that_only_requests_need_and_nothing_late(alias: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings_of(alias)}
    done = subprocess.run(
        [sys.executable, "-c", CONSUME], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    before, late = json.loads(done.stdout.splitlines()[-1])
    package = "operations" if alias == "platform" else alias
    needless = {*FOR_REQUESTS, f"{package}.urls", f"{package}.admin"}
    assert not needless.intersection(before + late)
    assert not [name for name in late if name.partition(".")[0] not in sys.stdlib_module_names]
