"""Saving products: texts, values, variants, media, categories and prices in one unit of work.

`save_products` takes many at once in a fixed number of statements: that is what an import uses.
"""

from collections.abc import Sequence
from uuid import UUID

from catalog.catalog.announcing import tell
from catalog.catalog.checking import check, codes_of, vocabulary_of
from catalog.catalog.composition.writing import write_composition
from catalog.catalog.downloads.writing import write_files
from catalog.catalog.inputs import SaveProduct, VariantInput
from catalog.catalog.parts import give_slugs, take_off_dropped, withdraw_pages, write_parts
from catalog.catalog.publication.overruled import forget_overruled
from catalog.catalog.rebuilding import rebuild, rebuild_owners
from catalog.catalog.rows import expect, fill, fill_variant, locked_rows, refuse_other, write
from catalog.catalog.sorting import sku_key
from catalog.product.models import Product
from chassis.messages import Lane
from chassis.unit_of_work import unit_of_work


def save_product(command: SaveProduct, *, lane: Lane = Lane.FAST) -> UUID:
    """Make or change one product; returns its id."""
    return save_products([command], lane=lane)[0]


def save_products(commands: Sequence[SaveProduct], *, lane: Lane = Lane.FAST, may_become: bool = False) -> list[UUID]:
    """Make or change products, all or none. A fixed number of statements for up to some hundred at once.

    may_become: a product may turn into one of another kind, a variant of another product or one of its own included.
    """
    vocabulary_needed = codes_of(commands)
    with unit_of_work("catalog"):
        vocabulary = vocabulary_of(commands, vocabulary_needed)
        for command in commands:
            check(command, vocabulary)
        rows = locked_rows(commands)
        before = {row.id: row.kind for row in rows.values()}
        changed: list[Product] = []
        families: list[tuple[SaveProduct, Product, list[tuple[VariantInput, Product]]]] = []
        for command in commands:
            product = rows[sku_key(command.sku)]
            expect(product, command.expected_version)
            if not may_become:
                refuse_other(product, command.sku, kind=command.kind, parent=None)
            fill(product, command, vocabulary)
            variants = []
            for position, variant in enumerate(command.variants or ()):
                child = rows[sku_key(variant.sku)]
                if not may_become:
                    refuse_other(child, variant.sku, kind=Product.VARIANT, parent=product.id)
                fill_variant(child, variant, product, position, command, vocabulary)
                variants.append((variant, child))
            families.append((command, product, variants))
            changed += [product, *(child for _, child in variants)]
        dropped = take_off_dropped(families, changed)
        write(changed)
        withdraw_pages([row.id for row in changed if row.parent_id and before[row.id] not in ("", Product.VARIANT)])
        write_parts(families, vocabulary)
        saved = [(command, product) for command, product, _ in families]
        write_composition(saved)
        write_files(saved)
        give_slugs(families, vocabulary)
        roots = [product.id for _, product, _ in families]
        forget_overruled(roots)
        rebuild(roots, lane=lane)
        # What they are part of shows their names and prices, and is sold only while they are.
        rebuild_owners([row.id for row in (*changed, *dropped)], but=roots, lane=lane)
        tell([*changed, *dropped], lane=lane)
    return [product.id for _, product, _ in families]
