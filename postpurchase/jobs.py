"""This domain's kinds of job."""

from postpurchase.credit import commands as credit
from postpurchase.tenders.expiry import EXPIRY

JOBS = (EXPIRY, credit.EXPIRY)
"""What is due later: reservations that nobody confirmed, gift cards whose day has come."""
