"""What people type for what the shop calls otherwise, and where some queries lead."""

# code, locale, words that find each other, what they find too (and not the reverse)
SYNONYMS = (
    ("backpack", "en", ("backpack", "rucksack"), ()),
    ("headlamp", "en", ("headlamp", "head torch", "torch"), ()),
    ("mat", "en", ("sleeping mat", "camping mat", "roll mat"), ()),
    ("cooker", "en", ("cooker",), ("stove",)),
    ("stirnlampe", "de", ("Stirnlampe", "Kopflampe"), ()),
    ("isomatte", "de", ("Isomatte", "Schlafmatte"), ()),
)
# code, query, address of the storefront
REDIRECTS = (
    ("returns", "returns", "/pages/delivery"),
    ("rueckgabe", "Rückgabe", "/pages/delivery"),
)
# code, action, query, shelf (a kind's category in every channel), place, SKUs, attribute and value
MERCHANDISING = (
    ("gift-first", "pin", "gift", "", 1, ("GIFT-CARD",), "", ""),
    ("own-tents", "boost", "", "tent", None, (), "brand", "moor-mantel"),
    ("cast-iron-last", "bury", "", "pan", None, (), "material", "cast-iron"),
)
