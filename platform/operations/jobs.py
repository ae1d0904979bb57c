"""The kinds of job of this domain: everything that leaves the house."""

from operations.notification.jobs import SEND

JOBS = (SEND,)
