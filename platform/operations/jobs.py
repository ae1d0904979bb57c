"""The kinds of job of this domain: everything that leaves the house."""

from operations.analytics.searches import FORGET_SEARCHES
from operations.gateway.purging import PURGE
from operations.notification.jobs import SEND

JOBS = (SEND, PURGE, FORGET_SEARCHES)
