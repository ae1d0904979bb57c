"""One row per domain. Everything that lists the domains (settings, URLs, processes) reads this table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DomainRow:
    """Where a domain lives: its package, Django label, database alias, queue prefix and URL prefix."""

    package: str
    label: str
    alias: str
    url_prefix: str


DOMAINS = (
    DomainRow(package="commerce", label="commerce", alias="commerce", url_prefix="commerce"),
    DomainRow(package="catalog", label="catalog", alias="catalog", url_prefix="catalog"),
    DomainRow(package="logistics", label="logistics", alias="logistics", url_prefix="logistics"),
    DomainRow(package="postpurchase", label="postpurchase", alias="postpurchase", url_prefix="post-purchase"),
    DomainRow(package="identity", label="identity", alias="identity", url_prefix="identity"),
    DomainRow(package="operations", label="platform", alias="platform", url_prefix="platform"),
    DomainRow(package="strangler", label="strangler", alias="platform", url_prefix="legacy"),
)

ALIASES = tuple(dict.fromkeys(row.alias for row in DOMAINS))


def database_variable(alias: str) -> str:
    """The variable that names a domain's database."""
    return f"DATABASE_URL_{alias.upper()}"


def audit_variable(alias: str) -> str:
    """The variable that names it for audits: with a role that only reads, and a replica will do."""
    return f"{database_variable(alias)}_AUDIT"
