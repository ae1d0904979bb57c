"""Which Magento it is, by what its schema shows: the database names no version of its own."""

from dataclasses import dataclass

from strangler.source import Source

OPEN_SOURCE, COMMERCE = "Magento Open Source", "Adobe Commerce"

# A table that first came with a version, newest first.
ARRIVED = (
    ("admin_adobe_ims_webapi", "2.4.5"),
    ("jwt_auth_revoked", "2.4.4"),
    ("login_as_customer", "2.4.0"),
    ("inventory_source", "2.3.0"),
    ("patch_list", "2.3.0"),
)


class NotMagento(Exception):
    """The database holds no Magento 2 shop; the sentence says what was looked for."""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Edition, version as far as the schema tells, and the column that value tables refer to."""

    name: str
    version: str
    evidence: str
    link_column: str  # entity_id, or row_id where staging keeps several versions of an entity


def read_edition(source: Source) -> Edition:
    """Detect edition and version; NotMagento when the tables every shop has are missing."""
    schema = source.schema()
    if "catalog_product_entity" not in schema or "store_website" not in schema:
        raise NotMagento(_what_is_missing(source))
    staged = "row_id" in schema["catalog_product_entity"].column_names
    commerce = staged or "magento_giftcardaccount" in schema or "magento_customerbalance" in schema
    version, evidence = _version(source)
    return Edition(
        name=COMMERCE if commerce else OPEN_SOURCE, version=version, evidence=evidence,
        link_column="row_id" if staged else "entity_id",
    )  # fmt: skip


def _version(source: Source) -> tuple[str, str]:
    schema = source.schema()
    viewed = schema.get("admin_analytics_usage_version_log")
    if viewed and (seen := source.value("SELECT MAX(last_viewed_in_version) FROM {admin_analytics_usage_version_log}")):
        return str(seen), "the version in which the admin was last viewed"
    for table, version in ARRIVED:
        if table in schema:
            return f"{version} or later", f"table {table} exists"
    return "before 2.3", "no table of 2.3 or later exists"


def _what_is_missing(source: Source) -> str:
    prefix = source.address.prefix
    said = f"No Magento 2 tables such as {prefix}catalog_product_entity in database {source.address.database}."
    candidates = [name.removesuffix("catalog_product_entity")
                  for name in [*source.foreign_tables(), *source.schema()]
                  if name.endswith("_catalog_product_entity")]  # fmt: skip
    if candidates:
        said += f" Its tables carry the prefix {candidates[0]}: add ?prefix={candidates[0]} to the address."
    elif not source.schema() and not prefix:
        said += " The account sees no table at all there: grant it SELECT."
    return said
