"""Search as staff steer it: synonyms, redirects and merchandising, by catalog's public commands."""

from collections.abc import Iterator

from catalog import commands as catalog
from config.demo.progress import Progress
from config.demo.shapes import DemoShop
from config.demo.words import steering as words


def load(demo: DemoShop, progress: Progress) -> None:
    """Everything of it that is not there yet."""
    progress.stage("synonyms", list(synonyms()), catalog.define_synonym)
    progress.stage("redirects", list(redirects()), catalog.define_redirect)
    progress.stage("merchandising", list(merchandising(demo)), catalog.define_merchandising, unit="rules")


def synonyms() -> Iterator[catalog.DefineSynonym]:
    """Words that mean the same."""
    for code, locale, names, also in words.SYNONYMS:
        yield catalog.DefineSynonym(code=code, locale=locale, words=names, also=also)


def redirects() -> Iterator[catalog.DefineRedirect]:
    """Queries that lead to a page."""
    for code, query, address in words.REDIRECTS:
        yield catalog.DefineRedirect(code=code, query=query, address=address)


def merchandising(demo: DemoShop) -> Iterator[catalog.DefineMerchandising]:
    """A rule for a query, or one for a shelf in each channel."""
    for code, action, query, shelf, place, skus, attribute, value in words.MERCHANDISING:
        for channel in (channel.code for channel in demo.channels) if shelf else ("",):
            yield catalog.DefineMerchandising(
                code=f"{channel}-{code}" if shelf else code,
                action=action,
                query=query,
                category=f"{channel}-{shelf}" if shelf else "",
                place=place,
                skus=skus,
                attribute=attribute,
                value=value,
            )
