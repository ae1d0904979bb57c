"""Forms of stored passwords, told by how they look."""

import re

from chassis.keyring import keyed_hash

NATIVE = "argon2id, ours"
_FORMS = (
    (r"\$argon2id\$.*", NATIVE),
    (r"[0-9a-fA-F]{32}", "md5 of Magento 1"),
    (r"[0-9a-fA-F]{32}:[^:]+", "salted md5 of Magento 1"),
    (r"[0-9a-fA-F]+:[^:]*((:([012]|3_[0-9]+_[0-9]+_[0-9]+))+)", "Magento 2"),
)


def form_of(stored: str) -> str:
    """The form's name; of Magento 2's the versions that were applied, too."""
    for pattern, name in _FORMS:
        if found := re.fullmatch(pattern, stored):
            return f"{name}, versions {found[1].lstrip(':')}" if found.groups() and found[1] else name
    return "not known"


def digest(stored: str) -> str:
    """What says whether two are the same, and nothing else."""
    return keyed_hash(stored, fold=False)[:16]
