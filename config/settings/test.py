"""The monolith under test: every database is a clone made for this test process (see conftest.py)."""

from config.settings.monolith import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LEGACY_LOOK_SECONDS = 0  # likewise, and no thread looks at its health
SEARCH_COUNT_SECONDS = 0  # no thread writes to a database between two tests
