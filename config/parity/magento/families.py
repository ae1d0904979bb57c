"""Configurable products and their children: which child can be a variant of which."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from config.parity.facts import Such, fact
from config.parity.sides import Sides


@dataclass(frozen=True, kw_only=True)
class Family:
    """Of one product: the configurable ones that link to it, its own axes, and why it may be no variant."""

    parents: tuple[str, ...] = ()
    axes: list[str] = field(default_factory=list)
    why_not: str = ""

    @property
    def fact(self) -> Any:
        """What it is a variant of. Here a child has one parent, and must differ from its siblings in the axes."""
        otherwise: dict[str, Any] = {self.why_not: []} if self.why_not else {}
        if len(self.parents) > 1:
            otherwise["variant_of_another"] = Such(lambda ours: len(ours) == 1 and ours[0] in self.parents)
        return fact(list(self.parents), otherwise)


@dataclass(frozen=True, kw_only=True)
class Families:
    """Of some products and their parents."""

    members: dict[str, Family]
    relatives: frozenset[str]

    def of(self, key: str) -> Family:
        """A product without relatives has a family of its own."""
        return self.members.get(key, Family())


def read_families(sides: Sides, keys: Sequence[str]) -> Families:
    """The families of these products, as far as it takes to say what each of them is."""
    ids = [int(key) for key in keys]
    parent = f"JOIN {{catalog_product_entity}} p ON p.{sides.link} = l.parent_id"
    linked = sides.there(
        f"SELECT DISTINCT p.entity_id AS parent, l.product_id AS child FROM {{catalog_product_super_link}} l {parent}"
        " WHERE p.type_id = 'configurable' AND (l.product_id IN %s OR p.entity_id IN %s)", ids or [0], ids or [0],
    )  # fmt: skip
    parents: dict[int, list[int]] = defaultdict(list)
    for row in linked:
        parents[row["child"]].append(row["parent"])
    above = sorted({row["parent"] for row in linked})
    axes, refused = _axes(sides, above), _refused(sides, above)
    members = {
        key: Family(
            parents=tuple(str(one) for one in sorted(parents.get(int(key), ()))), axes=axes.get(int(key), []),
            why_not=refused.get(int(key), ""),
        )
        for key in keys
    }  # fmt: skip
    return Families(members=members, relatives=frozenset(str(id_) for id_ in above))


def _axes(sides: Sides, parents: list[int]) -> dict[int, list[str]]:
    """Codes of what the children of a configurable differ by, in order."""
    found: dict[int, list[str]] = defaultdict(list)
    for row in sides.there(
        "SELECT p.entity_id AS parent, a.attribute_code FROM {catalog_product_super_attribute} s"
        f" JOIN {{catalog_product_entity}} p ON p.{sides.link} = s.product_id"
        " JOIN {eav_attribute} a ON a.attribute_id = s.attribute_id WHERE p.entity_id IN %s"
        " ORDER BY s.position, s.attribute_id",
        parents,
    ):
        found[row["parent"]].append(str(row["attribute_code"]))
    return found


def _refused(sides: Sides, parents: list[int]) -> dict[int, str]:
    """Children that cannot be chosen by the axes: without a value for one, or alike with an earlier one."""
    choices: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in sides.there(
        "SELECT p.entity_id AS parent, c.entity_id AS child, o.option_id AS value"
        " FROM {catalog_product_super_link} l"
        f" JOIN {{catalog_product_entity}} p ON p.{sides.link} = l.parent_id"
        f" JOIN {{catalog_product_super_attribute}} s ON s.product_id = p.{sides.link}"
        " JOIN {catalog_product_entity} c ON c.entity_id = l.product_id"
        f" LEFT JOIN {{catalog_product_entity_int}} v ON v.{sides.link} = c.{sides.link}"
        "  AND v.attribute_id = s.attribute_id AND v.store_id = 0"
        " LEFT JOIN {eav_attribute_option} o ON o.option_id = v.value AND o.attribute_id = s.attribute_id"
        " WHERE p.entity_id IN %s ORDER BY p.entity_id, c.entity_id, s.position, s.attribute_id",
        parents,
    ):
        choices[row["parent"], row["child"]].append(row["value"])
    found, seen = {}, set()
    for (parent, child), choice in choices.items():
        if None in choice:
            found[child] = "variant_without_option"
        elif (parent, *choice) in seen:
            found[child] = "variant_twice"
        seen.add((parent, *choice))
    return found
