"""All kinds of goods, in the order of the shelves."""

from config.demo.words import clothing, kitchen, living, outdoor, places
from config.demo.words.kind import Kind

KINDS: tuple[Kind, ...] = outdoor.KINDS + clothing.KINDS + living.KINDS + kitchen.KINDS
SECTION_DEPARTMENT = {code: department for code, department, _, _ in places.SECTIONS}
