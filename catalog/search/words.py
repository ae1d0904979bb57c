"""How text is broken into words and these into stems, by language: the same for every engine that has stems."""

from functools import lru_cache

import tantivy

from catalog.catalog.sorting import fold

# The stemmer's name for a language; languages without one (Vietnamese) are only folded.
STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip


def _words() -> tantivy.TextAnalyzerBuilder:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(60))


@lru_cache(maxsize=1)
def raw() -> tantivy.TextAnalyzer:
    """Words as they are written, accents and all: the stemmer of a language needs them."""
    return _words().build()


@lru_cache(maxsize=1)
def folded() -> tantivy.TextAnalyzer:
    """Words in lower case without accents."""
    return _words().filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()


@lru_cache(maxsize=64)
def language(locale: str) -> tantivy.TextAnalyzer:
    """Words of a locale's language: lower case, stemmed where there is a stemmer, without accents."""
    builder = _words().filter(tantivy.Filter.lowercase())
    stemmer = STEMMERS.get(locale.partition("-")[0].lower())
    if stemmer:
        builder = builder.filter(tantivy.Filter.stemmer(stemmer))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def normalised(text: str) -> str:
    """What two ways to type one query have in common: neither case, accents nor spaces tell them apart."""
    return " ".join(fold(text).split())
