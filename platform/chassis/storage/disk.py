"""A folder of this machine."""

from django.core.files.storage import FileSystemStorage

from chassis.storage import NotWhileHandling


class Disk(NotWhileHandling, FileSystemStorage):
    """Django's, see the package."""
