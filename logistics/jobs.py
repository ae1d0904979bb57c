"""This domain's kinds of job."""

from logistics.warehouse.expiry import EXPIRY

JOBS = (EXPIRY,)
