"""The settings of the whole deployment: each mistake is a sentence, all are told at once, production refuses demos."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chassis.settings import build
from config.domains import ALIASES
from config.settings.base import ROWS
from tests.processes import ROOT

KEY = base64.b64encode(bytes(range(32))).decode()
LOCAL = {
    **{f"DATABASE_URL_{alias.upper()}": f"postgresql://{alias}:p@127.0.0.1:5432/{alias}" for alias in ALIASES},
    "SECRET_KEY": "demo-0123456789012345678901234567890123456789",
    "SIXFOLD_PERSONAL_KEYS": f"demo-1:{KEY}",
    "BROKER_URL": "redis://127.0.0.1:6379/0",
}
PRODUCTION = LOCAL | {
    "SIXFOLD_ENV": "production",
    "SECRET_KEY": "k3y-" + "0123456789" * 6,
    "SIXFOLD_PERSONAL_KEYS": f"p1:{KEY}",
    "ALLOWED_HOSTS": "shop.example.com",
    "EMAIL_URL": "smtp+tls://mail.example.com",
    "EMAIL_FROM": "Shop <shop@example.com>",
}
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Settings of all domains from these variables and no others."""

    def made(values: dict[str, str], **changed: str) -> dict[str, Any]:
        for name in list(os.environ):
            if name not in ("PATH", "HOME", "SIXFOLD_STATE"):
                monkeypatch.delenv(name)
        for name, value in (values | changed).items():
            monkeypatch.setenv(name, value)
        return build(ROWS, root_urlconf="config.urls", routes={})

    return made


def refusal(make: Make, values: dict[str, str], **changed: str) -> list[str]:
    """The sentences with which these settings are refused."""
    with pytest.raises(ImproperlyConfigured) as error:
        make(values, **changed)
    return [line.removeprefix("  - ") for line in str(error.value).splitlines()[1:]]


def test_what_a_local_stack_and_a_production_need_is_enough(make: Make) -> None:
    assert make(LOCAL)["PRODUCTION"] is False
    assert make(PRODUCTION)["PRODUCTION"] is True


def test_nothing_set_is_said_in_one_sentence_each(make: Make) -> None:
    wrong = refusal(make, {})
    assert [line.partition(" is not set: it must be ")[0] for line in wrong] == [
        *(f"DATABASE_URL_{alias.upper()}" for alias in ALIASES), "SECRET_KEY", "SIXFOLD_PERSONAL_KEYS", "BROKER_URL",
    ]  # fmt: skip


WRONG = {
    "SIXFOLD_ENV": "prod",
    "DEBUG": "yes",
    "DATABASE_POOL": "abc",
    "DATABASE_URL_COMMERCE": "mysql://a/b",
    "DATABASE_URL_CATALOG": "postgresql://host",
    "SIXFOLD_PERSONAL_KEYS": "k:short",
    "BROKER_URL": "kafka://host",
    "CACHE_URL": "memcached://host",
    "STORAGE_URL": "gs://bucket",
    "MEDIA_URL": "media",
    "LOG_LEVEL": "LOUD",
    "LOG_FORMAT": "xml",
    "WEB_THREADS": "-1",
    "TRUSTED_PROXIES": "1.5",
    "HSTS_SECONDS": "forever",
    "HTTPS_REDIRECT": "on",
    "TOKEN_KEYS_URL": "file:///etc/passwd",
    "PAYMENT_PROVIDER": "cash",
    "SANDBOX_PUBLIC_URL": "provider",
    "SANDBOX_CLIENT_TIMEOUT": "soon",
    "STRIPE_API_URL": "stripe",
    "STRIPE_RETURN_URL": "checkout",
    "STRIPE_CLIENT_TIMEOUT": "soon",
    "CARRIER_URL": "carrier",
    "CARRIER_CLIENT_TIMEOUT": "soon",
    "MAGENTO1_PASSWORDS": "no",
    "RATE_LIMITS": "read=often",
    "CORS_ORIGINS": "example.com",
    "CACHE_PURGE_URL": "http://varnish:6081",
    "EMAIL_URL": "http://mail.example.com",
}


def test_all_that_is_wrong_is_said_at_once_whoever_reads_it(make: Make) -> None:
    wrong = refusal(make, LOCAL | WRONG)
    assert len(wrong) == len(WRONG), "\n".join(wrong)
    for name in WRONG:
        assert sum(line.startswith(name) for line in wrong) == 1, name


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_value_is_one_sentence_that_names_its_variable(make: Make, name: str) -> None:
    [line] = refusal(make, LOCAL, **{name: WRONG[name]})
    assert line.startswith(name)
    assert line.endswith((".", "…"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", LOCAL["SECRET_KEY"]),
        ("SECRET_KEY", "short"),
        ("SIXFOLD_PERSONAL_KEYS", f"demo-1:{KEY}"),
        ("SIXFOLD_PERSONAL_KEYS", f"p2:{KEY},demo-1:{KEY}"),
        ("DEBUG", "1"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "shop.example.com,*.example.com"),
        ("ALLOWED_HOSTS", ""),
        ("SERVICE_TOKEN", "demo-0123456789012345678901234567890123456789"),
        ("SERVICE_TOKEN", "guessable"),
        ("METRICS_TOKEN", "guessable"),
        ("SANDBOX_SECRET", "demo-abc"),
        ("SANDBOX_API_KEY", "demo-abc"),
        ("STRIPE_API_KEY", "guessable"),
        ("STRIPE_WEBHOOK_SECRET", "guessable"),
        ("CARRIER_SECRET", "demo-abc"),
        ("CARRIER_API_KEY", "demo-abc"),
        ("CACHE_PURGE_TOKEN", "guessable"),
        ("SIXFOLD_FAILPOINTS", "/tmp/points"),
        ("EMAIL_URL", ""),
        ("EMAIL_FROM", ""),
    ],
)
def test_production_refuses(make: Make, name: str, value: str) -> None:
    [line] = refusal(make, PRODUCTION, **{name: value})
    assert line.startswith(name)
    assert not value or len(value) < 8 or value not in line, "a secret stands in the sentence"


def test_stripe_that_is_chosen_needs_its_keys_and_a_page_to_return_to(make: Make) -> None:
    wrong = refusal(make, LOCAL, PAYMENT_PROVIDER="stripe")
    assert [line.partition(" is not set: it must be ")[0] for line in wrong] == [
        *("STRIPE_PUBLIC_KEY", "STRIPE_RETURN_URL", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"),
    ]


def test_two_domains_in_one_database_are_refused(make: Make) -> None:
    [line] = refusal(make, LOCAL, DATABASE_URL_IDENTITY=LOCAL["DATABASE_URL_COMMERCE"])
    assert "DATABASE_URL_COMMERCE and DATABASE_URL_IDENTITY name the same database" in line


def test_production_speaks_https_only(make: Make) -> None:
    made = make(PRODUCTION)
    assert made["SECURE_SSL_REDIRECT"] is made["SESSION_COOKIE_SECURE"] is made["CSRF_COOKIE_SECURE"] is True
    assert made["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert made["SECURE_PROXY_SSL_HEADER"] is None, "nobody is believed before TRUSTED_PROXIES says so"
    assert make(PRODUCTION, TRUSTED_PROXIES="1")["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert make(LOCAL)["SECURE_SSL_REDIRECT"] is False


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_djangos_own_check_of_a_deployment_finds_nothing() -> None:
    done = run("manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("manage.py", "relay"),
        ("-m", "commerce.standalone", "work", "commerce"),
        ("-c", "import config.wsgi"),
    ],
)
def test_a_program_ends_with_the_sentences_and_no_traceback(command: tuple[str, ...]) -> None:
    done = run(*command, **LOCAL | {"SECRET_KEY": "", "DATABASE_POOL": "many", "PYTHONPATH": "platform"})
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "The settings are incomplete or wrong:",
        "  - DATABASE_POOL is wrong: it must be a whole number from 0 to 1000, not 'many'.",
        "  - SECRET_KEY is not set: it must be a long random string.",
    ]
