"""Secrets of this machine's own stack, by the names of the environment variables that carry them.

They start with ``demo-``, by which production settings know and refuse them.
"""

import base64
import secrets
from pathlib import Path

from config.local.state import exclusive, prepare, read_record, write_record

RECORD = "secrets.json"
DEMO = "demo-"


def ensure(state: Path) -> dict[str, str]:
    """The secrets of this state folder by the name of their variable, made at the first call.

    ``SIXFOLD_PERSONAL_KEYS`` is a list ``id:key,…`` of 256-bit keys in base64, newest first.
    """
    state = prepare(state)
    with exclusive(state / "secrets.lock"):
        record = read_record(state / RECORD)
        made = {name: value for name, value in _made().items() if name not in record}
        if made:
            record |= made
            write_record(state / RECORD, record)
        return record


def _made() -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "SECRET_KEY": DEMO + secrets.token_urlsafe(48),
        "SIXFOLD_PERSONAL_KEYS": f"{DEMO}1:{key}",
        "SANDBOX_API_KEY": DEMO + secrets.token_urlsafe(24),
        "SANDBOX_SECRET": DEMO + secrets.token_urlsafe(24),
        "CARRIER_API_KEY": DEMO + secrets.token_urlsafe(24),
        "CARRIER_SECRET": DEMO + secrets.token_urlsafe(24),
    }
