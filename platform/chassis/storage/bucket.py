"""A bucket that speaks S3."""

from storages.backends.s3 import S3Storage

from chassis.storage import NotWhileHandling


class Bucket(NotWhileHandling, S3Storage):  # type: ignore[misc]
    """That of django-storages, see the package."""
