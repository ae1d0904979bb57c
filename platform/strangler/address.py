"""Where the shop's database is: a `mysql://` URL and what it may say."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


class BadAddress(ValueError):
    """The URL of the source cannot be used; the sentence says why, and never repeats the password."""


@dataclass(frozen=True, kw_only=True)
class SourceAddress:
    """Host, account, database and table prefix of a Magento database."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    prefix: str = ""
    tls_ca: str = ""

    @property
    def shown(self) -> str:
        """The address as it may be printed."""
        return f"mysql://{self.user}@{self.host}:{self.port}/{self.database}"


def parse_address(url: str) -> SourceAddress:
    """`mysql://user:password@host:3306/database?prefix=m2_&tls_ca=/path` as its parts.

    User and password are percent-decoded. BadAddress when a part is missing or an option is unknown.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"mysql", "mariadb"}:
        raise BadAddress("The source must be an address like mysql://user:password@host:3306/database.")
    try:
        port = parts.port or 3306
    except ValueError:
        raise BadAddress("The source's port is not a number between 1 and 65535.") from None
    database = unquote(parts.path.lstrip("/"))
    missing = [name for name, value in (("user", parts.username), ("host", parts.hostname),
                                        ("database", database)) if not value]  # fmt: skip
    if missing:
        raise BadAddress(f"The source's address names no {' and no '.join(missing)}.")
    options = parse_qs(parts.query, keep_blank_values=True)
    if unknown := sorted(set(options) - {"prefix", "tls_ca"}):
        raise BadAddress(f"Unknown option in the source's address: {', '.join(unknown)}.")
    prefix = options.get("prefix", [""])[0]
    if prefix and not prefix.replace("_", "").isalnum():
        raise BadAddress("A table prefix is letters, digits and underscores.")
    return SourceAddress(
        host=str(parts.hostname), port=port, user=unquote(parts.username or ""),
        password=unquote(parts.password or ""), database=database, prefix=prefix,
        tls_ca=options.get("tls_ca", [""])[0],
    )  # fmt: skip
