"""What a query means when some of its words have synonyms. Pure but for the stemmer."""

from collections.abc import Iterable, Mapping

from catalog.search import words
from catalog.search.engine import MAX_WORDS, Concept

Phrase = tuple[str, ...]
Synonyms = Mapping[Phrase, tuple[Phrase, ...]]
"""The stems of what is typed, and the words that are looked for beside it."""


def compiled(rows: Iterable[tuple[list[str], list[str]]], *, locale: str) -> dict[Phrase, tuple[Phrase, ...]]:
    """Synonyms by stems, from rows of `words` and `also`. What several rows say of one word adds up."""
    found: dict[Phrase, dict[Phrase, None]] = {}
    for typed, also in rows:
        for phrase in typed:
            own = tuple(words.raw().analyze(phrase))
            others = [tuple(words.raw().analyze(other)) for other in (also or typed)]
            found.setdefault(stems(own, locale), {}).update(dict.fromkeys(o for o in others if o and o != own))
    return {phrase: tuple(others) for phrase, others in found.items() if phrase}


def concepts(text: str, synonyms: Synonyms, *, locale: str) -> tuple[Concept, ...]:
    """Each word or phrase of a text with what else it may be called; nothing where no synonym has a say."""
    typed = tuple(words.raw().analyze(text)[:MAX_WORDS])
    if not synonyms or not typed:
        return ()
    keys = tuple(stems((word,), locale)[0] for word in typed)
    longest = max(map(len, synonyms))
    found: list[Concept] = []
    place = 0
    while place < len(typed):
        for end in range(min(len(typed), place + longest), place, -1):
            others = synonyms.get(keys[place:end])
            if others:
                break
        else:
            end, others = place + 1, ()
        found.append((typed[place:end], *others))
        place = end
    return tuple(found) if any(len(concept) > 1 for concept in found) else ()


def stems(phrase: Phrase, locale: str) -> Phrase:
    """The stems of words; a word that has none stands for itself."""
    language = words.language(locale)
    return tuple((language.analyze(word) or [word])[0] for word in phrase)
