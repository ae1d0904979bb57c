"""The monolith as it is, and one more address: fixed bytes, to compare with."""

from config.settings.monolith import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
