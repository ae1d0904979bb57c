"""Rows of a Magento database, what of it is to be made anew, what could not be carried, and what was made of it."""

from django.db import models
from django.db.models.functions import Cast, Lower, RTrim

from chassis import mirrors


def _column(name: str) -> models.Func:
    """A column of a kept row, as an index has it."""
    return models.Func(
        Cast("after", models.JSONField()),
        models.Value(name),
        function="jsonb_extract_path_text",
        output_field=models.TextField(),
    )


class MagentoRow(mirrors.MirroredRow):
    """A row that the catalogue needs. Two indexes are for questions in Magento's dialect: a SKU's, a category's."""

    class Meta(mirrors.MirroredRow.Meta):
        abstract = False
        indexes = [
            *mirrors.MirroredRow.Meta.indexes,
            models.Index(
                models.F("source"),
                Lower(RTrim(_column("sku"))),
                condition=models.Q(table="catalog_product_entity"),
                name="catalog_mirror_sku",
            ),
            models.Index(
                models.F("source"),
                _column("category_id"),
                condition=models.Q(table="catalog_category_product"),
                name="catalog_mirror_category",
            ),
        ]


class MagentoTouched(mirrors.TouchedThing):
    """A thing whose rows have changed."""

    class Meta(mirrors.TouchedThing.Meta):
        abstract = False


class MagentoFinding(mirrors.MirrorFinding):
    """What was not carried as it is there."""

    class Meta(mirrors.MirrorFinding.Meta):
        abstract = False


class MagentoMade(models.Model):
    """The digest of the command that made a thing: an equal one is not given again, so that nothing changes."""

    pk = models.CompositePrimaryKey("source", "kind", "owner")
    source = models.TextField()
    kind = models.TextField()
    owner = models.TextField()
    digest = models.BinaryField()
