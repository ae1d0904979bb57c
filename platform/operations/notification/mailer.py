"""The way out for e-mail, from EMAIL_URL.

    smtp://user:password@host:25    plain        smtp+tls://host:587    STARTTLS
    smtps://user:password@host:465  TLS          file:///folder         the catcher, in that folder

Without it, mails go to the catcher in `<state folder>/mail`; production refuses that, since nobody would read them.
EMAIL_FROM is the sender.
"""

import os
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from chassis.outside import calling_out

SMTP = "django.core.mail.backends.smtp.EmailBackend"
CATCHER = "operations.notification.catcher.EmailBackend"
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
TIMEOUT_SECONDS = 20


def backend(url: str) -> tuple[str, dict[str, Any]]:
    """Django's backend for an address and its options; ImproperlyConfigured says what is wrong with it."""
    if not url:
        if getattr(settings, "PRODUCTION", False):
            raise ImproperlyConfigured("EMAIL_URL is not set: production must name its mail server, as smtp+tls://….")
        return CATCHER, {"folder": os.path.join(settings.STATE_FOLDER, "mail")}
    parts = urlsplit(url)
    if parts.scheme == "file":
        return CATCHER, {"folder": unquote(parts.path)}
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        port = 0
    if not (port and parts.hostname):
        raise ImproperlyConfigured("EMAIL_URL is wrong: it must be smtp://, smtp+tls:// or smtps://host, or file:///…")
    return SMTP, {
        "host": parts.hostname,
        "port": port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": TIMEOUT_SECONDS,
    }


def connect() -> BaseEmailBackend:
    """A connection that raises when a mail is not taken."""
    calling_out("the mail server")
    name, options = backend(os.environ.get("EMAIL_URL", ""))
    connection: BaseEmailBackend = get_connection(name, fail_silently=False, **options)
    return connection


def sender() -> str:
    """The From header."""
    return os.environ.get("EMAIL_FROM", "Sixfold <shop@localhost>")


def message_id(message: object, *, dispatch: int) -> str:
    """The Message-ID of a message's dispatch: the same on every attempt, so that mail systems see one mail."""
    domain = parseaddr(sender())[1].rpartition("@")[2] or "localhost"
    return f"<{message}.{dispatch}@{domain}>"
