"""Sort keys and folded text, made here because the database has no collation of its own (no ICU).

A key compares by code point (column collation "C"). Its first part holds the letters, its second the accents,
so that accents decide only between names that are otherwise equal. German follows DIN 5007-1 (ä with a, ß as
ss); in Vietnamese ă â đ ê ô ơ ư are letters of their own behind their base, and the five tones are accents in
the dictionary's order: none, huyền, hỏi, ngã, sắc, nặng.
"""

import re
import sys
import unicodedata
from decimal import Decimal

_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OWN_LETTERS = {"\u0306": "1", "\u0302": "2", "\u031b": "3"}
# Letters that do not come apart by decomposition.
_FOLDS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_MARKS = re.compile("[" + "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(c)) + "]+")
_MILLION = Decimal(10**6)
_ABOVE_ALL = 10**26
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def sort_key(name: str, *, locale: str) -> str:
    """A key that sorts `name` as readers of `locale` (BCP 47) expect, by plain comparison."""
    vietnamese = locale.partition("-")[0].lower() == "vi"
    letters: list[str] = []
    accents: list[str] = []
    text = unicodedata.normalize("NFC", name).casefold()
    if text.isascii() and not vietnamese:
        return text + "\x01"
    for char in text:
        if vietnamese and char == "đ":
            letters.append("d1")
            accents.append("0")
            continue
        base = ""
        own, accent = "0", "0"
        for part in unicodedata.normalize("NFD", char.translate(_FOLDS)):
            if not unicodedata.combining(part):
                base += part
            elif vietnamese and part in _OWN_LETTERS:
                own = _OWN_LETTERS[part]
            else:
                accent = _TONES.get(part, "6")
        letters.append(base + own if vietnamese else base)
        accents.append(accent)
    return "".join(letters) + "\x01" + "".join(accents).rstrip("0")


def number_key(number: Decimal | int) -> str:
    """A key that sorts numbers below 10^19 by plain comparison, to six decimals."""
    return f"{int(Decimal(number) * _MILLION) + _ABOVE_ALL:027d}"


def fold(text: str) -> str:
    """Lower case without accents, for look-ups that forgive both."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded.translate(_FOLDS))
    # Accents are few: what stays is a run of text and not looked at letter by letter.
    return decomposed if decomposed.isascii() else _MARKS.sub("", decomposed)


def sku_key(sku: str) -> str:
    """What two spellings of one SKU have in common."""
    return unicodedata.normalize("NFC", sku.strip()).casefold()


def slug_of(name: str, *, locale: str = "") -> str:
    """An address made of a name: ASCII letters, digits and hyphens; empty when nothing is left of it."""
    text = name.casefold()
    if locale.lower().startswith("de"):
        text = unicodedata.normalize("NFC", text).translate(_GERMAN)
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:150].strip("-")
