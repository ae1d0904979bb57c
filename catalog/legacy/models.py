"""Rows of a Magento database, what of it is to be made anew, what could not be carried, and what was made of it."""

from django.db import models

from chassis import mirrors


class MagentoRow(mirrors.MirroredRow):
    """A row that the catalogue needs."""

    class Meta(mirrors.MirroredRow.Meta):
        abstract = False


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
