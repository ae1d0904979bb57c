"""Dates as the old shop's columns hold them; a zero date is no date."""

from datetime import UTC, date, datetime

_NONE = (None, "")


def moment(text: str | None) -> datetime | None:
    """A TIMESTAMP says that it is UTC, a DATETIME is UTC without saying so: Magento writes nothing else."""
    if text in _NONE or str(text).startswith("0000"):
        return None
    read = datetime.fromisoformat(str(text))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def day(text: str | None) -> str | None:
    """A DATE, also where a time of day stands behind it."""
    if text in _NONE or str(text).startswith("0000"):
        return None
    return date.fromisoformat(str(text)[:10]).isoformat()
