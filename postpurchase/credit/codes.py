"""Codes of gift cards: whoever has one has the money, so that only a keyed hash of it is stored.

16 random characters of 32 that nobody reads as another: 80 bits, in groups of four. The last four are shown, and leave
60 that nobody guesses.
"""

import secrets

from chassis.keyring import keyed_hash

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH, GROUP = 16, 4


def new_code() -> str:
    """A code as it is given to people: XXXX-XXXX-XXXX-XXXX."""
    letters = "".join(LETTERS[secrets.randbelow(len(LETTERS))] for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def code_hash(code: str) -> str:
    """What a card is found by, however its code was typed."""
    return keyed_hash("gift card " + "".join(letter for letter in code.upper() if letter.isalnum()))


def last_four(code: str) -> str:
    """What staff and shoppers tell cards apart by."""
    return code[-4:]
