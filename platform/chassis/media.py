"""Where pictures and documents lie, from STORAGE_URL: a folder of this machine, or a bucket that speaks S3.

    (not set)                                              the folder MEDIA_ROOT
    s3://bucket/prefix                                     credentials by boto3's own means (roles, AWS_…)
    s3://key:secret@bucket?endpoint=https://host&region=x  another maker's S3; the secret is percent-encoded

MEDIA_URL is what addresses of media begin with. Left alone, this deployment hands the files out itself, from wherever
they lie; as https://… it names a server or CDN in front of the bucket, and no request for a picture comes here.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from chassis.environment import Environment

DISK = "chassis.storage.disk.Disk"
BUCKET = "chassis.storage.bucket.Bucket"
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
PARAMETERS = ("endpoint", "region")


def settings(env: Environment, *, folder: str) -> dict[str, Any]:
    """STORAGES, MEDIA_URL and MEDIA_ROOT; `folder` is the default of the latter."""
    address = env.text("MEDIA_URL", "/media/").rstrip("/") + "/"
    if not address.startswith(("/", "https://", "http://")):
        env.wrong.append("MEDIA_URL is wrong: it must be a path or an address that starts with https://.")
    url = env.text("STORAGE_URL")
    default: dict[str, Any] = {"BACKEND": DISK}
    if url:
        default = {"BACKEND": BUCKET, "OPTIONS": env.try_to(lambda: bucket(url)) or {}}
    return {
        "STORAGES": {"default": default, "staticfiles": {"BACKEND": STATIC}},
        "MEDIA_URL": address,
        "MEDIA_ROOT": env.text("MEDIA_ROOT", folder),
    }


def bucket(url: str) -> dict[str, Any]:
    """django-storages' options for an s3:// address; ImproperlyConfigured says what is wrong, never a secret."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.hostname or not asked.keys() <= set(PARAMETERS):
        raise ImproperlyConfigured(
            "STORAGE_URL is wrong: it must be s3://bucket/prefix, with endpoint= and region= as only parameters."
        )
    if bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured("STORAGE_URL is wrong: it must name key and secret, or neither.")
    options: dict[str, Any] = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "querystring_auth": False,  # an address in a product's document must not expire
        "file_overwrite": False,  # as on disk: who saves under a name that is taken gets another one
        "endpoint_url": asked.get("endpoint") or None,
        "region_name": asked.get("region") or None,
    }
    if parts.username and parts.password:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password)}
    if options["endpoint_url"]:
        options["addressing_style"] = "path"  # bucket.host needs a wildcard name that few other makers' S3 have
    return options
