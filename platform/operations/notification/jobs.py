"""Sending: the mail goes out with no transaction open, then it is recorded as sent.

A mail about what happened long ago is skipped: after a dead letter's replay, or for a shop whose past was loaded, it
would be no news. Staff can send it all the same.

A worker that dies between the two sends again under the same Message-ID: SMTP offers nothing stronger, and mail
systems that know the id drop the second.
"""

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

from django.core.mail import EmailMultiAlternatives

from chassis import clock
from chassis.jobs import JobKind, LeasedJob
from chassis.unit_of_work import publish
from contracts.operations import MessageSent
from operations.notification import mailer
from operations.notification.models import Message
from operations.notification.reactions import SEND as NAME

NEWS_FOR = timedelta(days=2)
"""Longer than a mail server's absence that the attempts outlast."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a dispatch: a transition of the message, and why if it did not go out."""

    transition: str = "send"
    failure: str = ""


class MailNotTaken(Exception):
    """The mail server did not take a mail now. Says so without its sentence, which may quote the address."""


class SendJob(JobKind):
    """A mail server that is away for an hour loses no mail: attempts up to ten minutes apart."""

    def delay(self, attempts: int) -> timedelta:
        return timedelta(seconds=min(2 ** max(attempts - 1, 0), 600))


def _send(job: LeasedJob) -> Outcome:
    """Hand the mail over, unless it is refused for good or nobody's news any more."""
    message = Message.objects.get(id=job.payload["message"])
    if message.state != "queued" or message.dispatch != job.payload["dispatch"]:
        return Outcome()
    if _is_no_news(job):
        return Outcome(transition="skip", failure=f"it happened more than {NEWS_FOR.days} days ago")
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.written(message.text),
        from_email=mailer.sender(),
        to=[message.recipient],
        connection=mailer.connect(),
        headers={
            "Message-ID": mailer.message_id(message.id, dispatch=message.dispatch),
            "Date": format_datetime(clock.now()),
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.locale,
        },
    )
    mail.attach_alternative(message.written(message.html), "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = sorted({code for code, _ in refusal.recipients.values()})
        if min(codes, default=0) >= 500:  # the address does not exist; asking again will not change that
            return Outcome(transition="give_up", failure=f"refused by the mail server with {codes}")
        raise MailNotTaken(f"put off with {codes}") from None
    except ValueError:  # an address or subject that cannot stand in a header, such as one with a line break
        return Outcome(transition="give_up", failure="the address cannot be written to")
    except smtplib.SMTPException as failure:
        raise MailNotTaken(f"{type(failure).__name__} {getattr(failure, 'smtp_code', '')}".strip()) from None
    return Outcome()


def _is_no_news(job: LeasedJob) -> bool:
    """What staff send again names no moment."""
    happened_at = job.payload.get("happened_at")
    return happened_at is not None and clock.now() - datetime.fromisoformat(happened_at) > NEWS_FOR


def _record(job: LeasedJob, outcome: Outcome) -> None:
    message = Message.objects.select_for_update().get(id=UUID(job.payload["message"]))
    if message.state != "queued" or message.dispatch != job.payload["dispatch"]:
        return  # another worker, whose lease came after ours had ended, was first
    if outcome.transition != "send":
        _end(message, outcome.transition, outcome.failure)
        return
    message.sent_at = clock.now()
    _end(message, "send", "")
    publish(
        MessageSent(message=message.id, template=message.template, about=message.about),
        aggregate_id=message.id,
        aggregate_version=message.dispatch,
        channel=message.channel,
    )


def _given_up(job: LeasedJob, failure: Exception) -> None:
    message = Message.objects.select_for_update().get(id=UUID(job.payload["message"]))
    if message.state == "queued" and message.dispatch == job.payload["dispatch"]:
        _end(message, "give_up", f"{type(failure).__name__}: {failure}"[:300])


def _end(message: Message, transition: str, failure: str) -> None:
    message.transition(transition)
    message.failure = failure
    message.save(update_fields=["state", "failure", "sent_at"])


SEND = SendJob(name=NAME, call=_send, record=_record, give_up=_given_up, max_attempts=30)
