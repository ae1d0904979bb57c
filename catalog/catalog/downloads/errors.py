"""What is refused about downloads, and why."""

from chassis.errors import DomainError


class LinkExpired(DomainError):
    code, status, title = "link_expired", 410, "The link has expired; the order's downloads give a new one."


class DownloadEnded(DomainError):
    code, status, title = "download_ended", 410, "This file cannot be fetched any more: its time or number is used up."


class UnknownFile(DomainError):
    code, status, title = "unknown_file", 404, "There is no such file here."
