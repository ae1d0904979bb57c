"""From a template and its facts to subject, text and HTML in the reader's language.

A message is two files, `notification/<locale>/<template>.txt` and `.html`. The first line of the text is the subject.
Numbers and money are written as the locale writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal
from django.template import Context
from django.template.loader import get_template

LOCALES = ("en", "de")
FALLBACK = "en"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A rendered message. `subject` is one line."""

    locale: str
    subject: str
    text: str
    html: str


def supported(locale: str) -> str:
    """The language that a locale is written to in: de_AT and de-DE are de, an unknown or empty one English."""
    language = locale.replace("_", "-").partition("-")[0].strip().lower()
    return language if language in LOCALES else FALLBACK


def render(template: str, *, locale: str, facts: Mapping[str, Any]) -> Text:
    """Render the template in the nearest supported language."""
    language = supported(locale)
    context = {**facts, "locale": language}
    # The text part is not HTML: escaping would write "&amp;" into it.
    plain = _source(f"{language}/{template}.txt").render(Context(context, autoescape=False))
    subject, _, body = plain.partition("\n")
    html = _source(f"{language}/{template}.html").render(Context({**context, "subject": subject}))
    return Text(locale=language, subject=" ".join(subject.split()), text=body.strip() + "\n", html=html)


def money(amount: Decimal, currency: str, *, locale: str) -> str:
    """An amount as the locale writes it: €1,234.50 or 1.234,50 €."""
    return str(format_currency(amount, currency, locale=supported(locale)))


def quantity(number: Decimal, *, locale: str) -> str:
    """A quantity without the zeros of its storage: 2 or 1.5, never 2.0000."""
    return str(format_decimal(number, locale=supported(locale)))


def moment(when: datetime, *, locale: str) -> str:
    """A day and an hour as the locale writes them, in UTC and saying so: nobody knows here where the reader is."""
    return f"{format_datetime(when, 'medium', tzinfo=UTC, locale=supported(locale))} UTC"


def _source(name: str) -> Any:
    return get_template(f"notification/{name}").template  # type: ignore[attr-defined]
