"""Opening an embedded index, for who reads it and who writes it."""

import json
import zlib
from pathlib import Path

import tantivy

from catalog.search import folders, schema, words


def opened(path: Path, *, locale: str) -> tantivy.Index:
    """An index with the analysers of its locale; made when the folder is empty."""
    index = tantivy.Index(schema.build(folders.shape_of(path)), path=str(path), reuse=True)
    index.register_tokenizer("language", words.language(locale))
    index.register_tokenizer("folded", words.folded())
    return index


def intact(path: Path) -> bool:
    """Whether every file of an index is there and holds what was written to it; one that is written to now is.

    Each ends in a checksum of what is before: its footer as JSON, the footer's length and a magic number.
    """
    try:
        folders.shape_of(path)
        meta = (path / "meta.json").read_text()
        for segment in json.loads(meta)["segments"]:
            files = list(path.glob(f"{segment['segment_id'].replace('-', '')}.*"))
            if len(files) < len(_NEEDED) or not all(_sound(file.read_bytes()) for file in files):
                return (path / "meta.json").read_text() != meta
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


_NEEDED = ("term", "idx", "pos", "store", "fast", "fieldnorm")


def _sound(content: bytes) -> bool:
    length, magic = (int.from_bytes(content[start:][:4], "little") for start in (-8, -4))
    body, footer = content[: -8 - length], content[-8 - length : -8]
    return magic == 1337 and zlib.crc32(body) == json.loads(footer)["crc"]
