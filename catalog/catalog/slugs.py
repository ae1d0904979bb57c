"""Addresses per view: wanted ones or made of a name, former ones kept, one current each.

A former address may be taken by another: then it stops leading to its first owner.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from catalog.catalog.errors import SlugTaken, UnknownReference
from catalog.catalog.sorting import slug_of
from catalog.product import scopes
from catalog.product.copying import copy_in
from catalog.product.models import Category, Product, Slug, View

PRODUCT, CATEGORY, CONTENT = "product", "category", "content"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An address to have: `slug` as asked for, or `name` to make one of, made unique by `suffix`.

    With `similar`, one made of `slug` and `suffix` will do when another has `slug`.
    """

    view: str
    target: UUID
    slug: str = ""
    similar: bool = False
    name: str = ""
    suffix: str = ""
    locale: str = ""


def give(kind: str, wanted: Iterable[Wanted]) -> set[UUID]:
    """Give addresses; returns the targets whose address changed. SlugTaken for one asked for by another."""
    todo = list(wanted)
    if not todo:
        return set()
    targets, views = {w.target for w in todo}, {w.view for w in todo}
    mine = Slug.objects.filter(target__in=targets, view__in=views, current=True)
    current = {(row.view, row.target): row.slug for row in mine}
    # An address made of a name stays when the name changes: only asking for another one moves it.
    todo = [w for w in todo if current.get((w.view, w.target)) is None or w.slug not in ("", current[w.view, w.target])]
    if not todo:
        return set()
    one_at_a_time()
    choices = [_choices(want) for want in todo]
    held = {
        (row.view, row.slug): row
        for row in Slug.objects.select_for_update().filter(
            kind=kind, view__in=views, slug__in={slug for several in choices for slug in several}
        )
    }
    made: list[Slug] = []
    reused: list[Slug] = []
    for want, several in zip(todo, choices, strict=True):
        for slug in several:
            row = held.get((want.view, slug))
            if row is None or not row.current or row.target == want.target:
                break
        else:
            raise SlugTaken(f"{want.slug or slug} is taken in {want.view}.", field="/slugs")
        new = row or Slug(view=want.view, kind=kind, slug=slug)
        new.target, new.current = want.target, True
        held[want.view, slug] = new
        (reused if row else made).append(new)
    for view in {w.view for w in todo}:
        Slug.objects.filter(view=view, target__in=[w.target for w in todo if w.view == view], current=True).update(
            current=False
        )
    Slug.objects.bulk_update(reused, ["target", "current"])
    copy_in(Slug, made)
    return {w.target for w in todo}


def one_at_a_time() -> None:
    """Wait for whoever takes addresses: two that find one free at once would both take it."""
    with connections["catalog"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.slug'))")


def name_category(category: Category, asked: Mapping[str, str], *, similar: bool = False) -> bool:
    """Give a category its address in every view; whether any changed."""
    views = list(View.objects.select_related("channel"))
    if unknown := set(asked) - {view.code for view in views}:
        raise UnknownReference(f"No views {', '.join(sorted(unknown))}.", field="/slugs")
    return bool(give(CATEGORY, [_of_category(category, view, asked.get(view.code, ""), similar) for view in views]))


def name_categories_of(view: View) -> None:
    """Give every category an address in a view that is new."""
    give(CATEGORY, [_of_category(category, view, "") for category in Category.objects.order_by("id")])


def name_products(
    products: Iterable[Product],
    *,
    views: Iterable[View],
    asked: Mapping[UUID, Mapping[str, str]],
    similar: Collection[UUID] = (),
) -> None:
    """Give products their addresses in the views that show them; `asked` by product and view, else made of the name."""
    views = list(views)
    wanted = []
    for product in products:
        for view in views:
            if product.shown.get(view.code) == Product.NOWHERE:
                continue
            texts = scopes.resolve(product.texts, scopes.fallback(view=view.code, channel=view.channel.code))
            wanted.append(
                Wanted(
                    view=view.code,
                    target=product.id,
                    slug=asked.get(product.id, {}).get(view.code, ""),
                    similar=product.id in similar,
                    name=texts.get("name", ""),
                    suffix=product.sku,
                    locale=view.locale,
                )
            )
    give(PRODUCT, wanted)


def _of_category(category: Category, view: View, asked: str, similar: bool = False) -> Wanted:
    texts = scopes.resolve(category.texts, scopes.fallback(view=view.code, channel=view.channel.code))
    return Wanted(
        view=view.code,
        target=category.id,
        slug=asked,
        similar=similar,
        name=texts.get("name", ""),
        suffix=category.code,
        locale=view.locale,
    )


def free(products: Collection[UUID]) -> None:
    """Products that have no page any more give up their addresses."""
    Slug.objects.filter(kind=PRODUCT, target__in=products, current=True).update(current=False)


def _choices(want: Wanted) -> tuple[str, ...]:
    if want.slug and not want.similar:
        return (want.slug,)
    base = want.slug or slug_of(want.name, locale=want.locale)
    suffix = slug_of(want.suffix)
    long = "-".join(part for part in (base, suffix) if part)
    return tuple(s for s in (base, long, f"{long}-{str(want.target)[-12:]}".lstrip("-")) if s)
