"""The real protocol, against a server of thirty lines that remembers what it was told."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chassis import clock
from operations.models import Message
from operations.notification import mailer
from operations.tests.conftest import deliver, registered, run_jobs, told
from operations.tests.test_messages import Killed

pytestmark = pytest.mark.django_db(databases=["platform"])


class Postman(socketserver.StreamRequestHandler):
    """Takes mail for everybody but "gone"."""

    def handle(self) -> None:
        self._say("220 hello")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT") and "gone" in line:
                self._say("550 no such user gone@example.org")
            elif verb == "DATA":
                self._say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.server.taken.append("".join(lines))  # type: ignore[attr-defined]
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Postman) as server:
        server.taken = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("EMAIL_FROM", "Shop <shop@shop.example>")
        yield server.taken  # type: ignore[attr-defined]
        server.shutdown()


def ids(mails: list[str]) -> list[str]:
    return [line for mail in mails for line in mail.splitlines() if line.startswith("Message-ID:")]


def test_a_repeated_send_carries_the_same_message_id(taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(told(registered()))

    def die(name: str) -> None:
        if name.endswith("send_message.after_call"):
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("chassis.jobs.runner.hit", die)
        with pytest.raises(Killed):
            run_jobs()
    with clock.travel(timedelta(minutes=2)):
        run_jobs()
    assert len(ids(taken)) == 2
    assert len(set(ids(taken))) == 1
    assert Message.objects.get().state == "sent"


def test_an_address_that_does_not_exist_ends_the_message_at_once(taken: list[str]) -> None:
    deliver(told(registered(email="gone@example.org")))
    run_jobs()
    message = Message.objects.get()
    assert (message.state, message.failure) == ("failed", "refused by the mail server with [550]")
    assert taken == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", {"host": "mail.example", "port": 25, "use_tls": False, "use_ssl": False}),
        ("smtp+tls://u%40x:p%2F@mail.example", {"port": 587, "use_tls": True, "username": "u@x", "password": "p/"}),
        ("smtps://mail.example:2465", {"port": 2465, "use_ssl": True}),
    ],
)
def test_an_address_of_a_mail_server_is_understood(url: str, expected: dict[str, object]) -> None:
    name, options = mailer.backend(url)
    assert name == mailer.SMTP
    assert expected.items() <= options.items()


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:port"])
def test_a_wrong_address_of_a_mail_server_is_one_clear_sentence(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is wrong"):
        mailer.backend(url)


def test_without_a_mail_server_mails_are_caught_in_the_state_folder(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATE_FOLDER = tmp_path
    monkeypatch.delenv("EMAIL_URL", raising=False)
    deliver(told(registered()))
    run_jobs()
    [file] = (tmp_path / "mail").iterdir()
    assert b"Subject: Welcome" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine reads them"


def test_production_does_not_swallow_mails_in_a_folder(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is not set"):
        mailer.backend("")
