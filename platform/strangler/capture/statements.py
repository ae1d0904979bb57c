"""What a statement in the binlog says beyond its rows: tables that are not what their rows say any more."""

import re
from collections.abc import Collection

_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*\n|#[^\n]*\n", re.DOTALL)
_NAME = re.compile(r"`((?:[^`]|``)+)`|([\w$]+)")
_OF_TABLES = re.compile(r"(CREATE|ALTER|DROP|TRUNCATE|RENAME)(\s+OR\s+REPLACE)?(\s+(ONLINE|IGNORE))*\s+TABLES?\b")
_TRUNCATE = re.compile(r"TRUNCATE\b")
_OF_ROWS = re.compile(r"(INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH)\b")
_OF_THE_WHOLE = re.compile(r"(?is)(?:DROP|CREATE)\s+(?:OR\s+REPLACE\s+)?(?:DATABASE|SCHEMA)\b(?P<rest>.*)")
# Changes no row and no column of a table: nothing but the one option may stand behind the table's name.
_HARMLESS = re.compile(
    r"ALTER\s+TABLE\s+(?:(?:`[^`]+`|[\w$]+)\s*\.\s*)?(?:`[^`]+`|[\w$]+)\s+"
    r"(?:AUTO_INCREMENT\s*=?\s*\d+|(?:DIS|EN)ABLE\s+KEYS|COMMENT\s*=?\s*'[^']*')\s*;?\s*$"
)


def tables_in_doubt(statement: str, known: Collection[str], *, database: str) -> set[str]:
    """Those of the tables `known` that have to be read again after a statement; full names, with their prefix.

    DDL and TRUNCATE log no rows, and neither does a statement that a session has logged as text.
    A table of the same name in another database is taken for ours: that costs a reading and loses nothing.
    """
    text = _COMMENT.sub(" ", statement).strip()
    upper = text.upper()
    if whole := _OF_THE_WHOLE.match(text):
        return set(known) if database.lower() in {name.lower() for name in _names(whole["rest"])} else set()
    if _HARMLESS.match(upper):
        return set()
    if _OF_TABLES.match(upper) or _TRUNCATE.match(upper) or _OF_ROWS.match(upper):
        return _names(text) & set(known)
    return set()


def _names(text: str) -> set[str]:
    return {(quoted or bare).replace("``", "`") for quoted, bare in _NAME.findall(text)}
