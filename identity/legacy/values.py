"""Values of the attributes that a shop gave its customers and addresses, by code, as people read them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from chassis.mirrors import Row, Rows
from identity.legacy.rows import MIRROR, STORAGES

Value = str | bool | list[str]
DEFAULT_STORE = "0"
CHOICES = frozenset({"select", "multiselect"})


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """Attributes of customers and addresses by id, and labels of their options."""

    rows: dict[str, Row]
    labels: dict[str, str]

    def coded(self, code: str, value: str | None, *, among: Collection[str]) -> str:
        """The label of an option of the attribute of this code; the value itself where there is none."""
        for id_ in among:
            if self.rows.get(id_, {}).get("attribute_code") == code:
                return self.labels.get(value or "", value or "")
        return value or ""

    def values(self, rows: Rows, *, table: str) -> Iterator[tuple[str, Value | None, str]]:
        """(code, value, problem) of each kept value row of one entity; a problem says what is odd about it."""
        for storage in STORAGES:
            for row in rows.all(f"{table}_{storage}"):
                attribute = self.rows.get(str(row["attribute_id"]))
                if attribute is None:
                    yield f"attribute-{row['attribute_id']}", row["value"], "no such attribute"
                elif attribute["backend_type"] != storage:
                    yield str(attribute["attribute_code"]), None, f"a value in the table of {storage}"
                elif row["value"] not in (None, ""):
                    yield (str(attribute["attribute_code"]), *self._read(attribute, str(row["value"])))

    def _read(self, attribute: Row, value: str) -> tuple[Value, str]:
        kind = attribute["frontend_input"]
        if kind == "boolean":
            return value == "1", ""
        if kind not in CHOICES:
            return value, ""
        options = [option.strip() for option in value.split(",") if option.strip()]
        missing = [option for option in options if option not in self.labels]
        labels = [self.labels.get(option, option) for option in options]
        # Not what was stored: it may be anything that somebody typed.
        problem = f"{len(missing)} options do not exist" if missing else ""
        return (labels if kind == "multiselect" else ", ".join(labels)), problem


def read_attributes(source: str, ids: Collection[str]) -> Attributes:
    """These attributes with their options' labels, in two statements."""
    kept = MIRROR.rows_of(source, "attribute", ids)
    attributes = {id_: row for id_, rows in kept.items() if (row := rows.one("eav_attribute"))}
    options = [str(row["option_id"]) for rows in kept.values() for row in rows.all("eav_attribute_option")]
    labels = {
        option: str(row["value"])
        for option, rows in MIRROR.rows_of(source, "option", options).items()
        for row in _by_default(rows.all("eav_attribute_option_value"))
    }
    return Attributes(rows=attributes, labels=labels)


def _by_default(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["store_id"] == DEFAULT_STORE)
