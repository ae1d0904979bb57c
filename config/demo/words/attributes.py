"""Typed attributes with their options, and the product types that bundle them."""

from config.demo.shapes import Option, Text
from config.demo.words.colours import COLOURS


def _options(*rows: tuple[str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(code=code, label=Text(en, de)) for code, en, de in rows)


def _sizes(*codes: str) -> tuple[Option, ...]:
    return tuple(Option(code=code.lower(), label=Text(code, code)) for code in codes)


BRANDS = _options(
    ("halvorn", "Halvorn", "Halvorn"),
    ("tarnwick", "Tarnwick", "Tarnwick"),
    ("lumhagen", "Lumhagen", "Lumhagen"),
    ("ostermoor", "Ostermoor", "Ostermoor"),
    ("brindlow", "Brindlow", "Brindlow"),
    ("moor-mantel", "Moor & Mantel", "Moor & Mantel"),
)
SIZES = _sizes("S", "M", "L", "XL")
SHOE_SIZES = _sizes("38", "39", "40", "41", "42", "43", "44")
LENGTHS = _options(("regular", "Regular", "Normal"), ("long", "Long", "Lang"))
BERTHS = _options(
    ("1", "1 person", "1 Person"),
    ("2", "2 people", "2 Personen"),
    ("3", "3 people", "3 Personen"),
    ("4", "4 people", "4 Personen"),
)
MATERIALS = _options(
    ("recycled-polyester", "Recycled polyester", "Recyceltes Polyester"),
    ("recycled-nylon", "Recycled nylon", "Recyceltes Nylon"),
    ("ripstop", "Ripstop nylon", "Ripstop-Nylon"),
    ("organic-cotton", "Organic cotton", "Bio-Baumwolle"),
    ("merino", "Merino wool", "Merinowolle"),
    ("wool", "Wool", "Schurwolle"),
    ("linen", "Linen", "Leinen"),
    ("down", "Down", "Daune"),
    ("leather", "Leather", "Leder"),
    ("aluminium", "Aluminium", "Aluminium"),
    ("steel", "Stainless steel", "Edelstahl"),
    ("carbon-steel", "Carbon steel", "Kohlenstoffstahl"),
    ("cast-iron", "Cast iron", "Gusseisen"),
    ("brass", "Brass", "Messing"),
    ("glass", "Glass", "Glas"),
    ("stoneware", "Stoneware", "Steinzeug"),
    ("oak", "Oak", "Eiche"),
    ("walnut", "Walnut", "Nussbaum"),
    ("willow", "Willow", "Weide"),
)
CARE = _options(
    ("wash-30", "Machine wash at 30 °C", "Maschinenwäsche bei 30 °C"),
    ("hand-wash", "Hand wash", "Handwäsche"),
    ("no-tumble", "Do not tumble dry", "Nicht im Trockner trocknen"),
    ("re-proof", "Re-proof once a season", "Einmal je Saison imprägnieren"),
    ("wipe", "Wipe with a damp cloth", "Feucht abwischen"),
    ("oil", "Oil now and then", "Ab und zu ölen"),
    ("air", "Air after use", "Nach Gebrauch lüften"),
)
ACTIVITIES = _options(
    ("day-hike", "Day hikes", "Tageswanderungen"),
    ("trekking", "Trekking", "Trekking"),
    ("bike", "By bike", "Mit dem Rad"),
    ("camp", "Campsite", "Campingplatz"),
    ("travel", "Travel", "Reisen"),
    ("everyday", "Everyday", "Alltag"),
)

# code, type, label, unit, options, axis, filterable, searchable
ATTRIBUTES = (
    ("brand", "select", Text("Brand", "Marke"), "", BRANDS, False, True, True),
    ("colour", "select", Text("Colour", "Farbe"), "", COLOURS, True, True, True),
    ("size", "select", Text("Size", "Größe"), "", SIZES, True, True, False),
    ("shoe_size", "select", Text("Shoe size", "Schuhgröße"), "", SHOE_SIZES, True, True, False),
    ("length", "select", Text("Length", "Länge"), "", LENGTHS, True, True, False),
    ("berths", "select", Text("Sleeps", "Schlafplätze"), "", BERTHS, False, True, False),
    ("material", "select", Text("Material", "Material"), "", MATERIALS, False, True, True),
    ("care", "multi_select", Text("Care", "Pflege"), "", CARE, False, False, False),
    ("activities", "multi_select", Text("Made for", "Gemacht für"), "", ACTIVITIES, False, True, True),
    ("weight", "decimal", Text("Weight", "Gewicht"), "g", (), False, True, False),
    ("volume", "decimal", Text("Volume", "Volumen"), "l", (), False, True, False),
    ("height", "decimal", Text("Height", "Höhe"), "cm", (), False, False, False),
    ("diameter", "decimal", Text("Diameter", "Durchmesser"), "cm", (), False, True, False),
    ("brightness", "decimal", Text("Brightness", "Helligkeit"), "lm", (), False, True, False),
    ("duration", "decimal", Text("Duration", "Dauer"), "h", (), False, False, False),
    ("waterproof", "boolean", Text("Waterproof", "Wasserdicht"), "", (), False, True, False),
    ("dishwasher_safe", "boolean", Text("Dishwasher safe", "Spülmaschinenfest"), "", (), False, True, False),
    ("origin", "text", Text("Made in", "Hergestellt in"), "", (), False, False, True),
)

_COMMON = ("brand", "material", "care", "weight", "origin")
# code, name, attributes
PRODUCT_TYPES = (
    (
        "outdoor",
        Text("Outdoor gear", "Ausrüstung"),
        (*_COMMON, "colour", "length", "berths", "activities", "volume", "brightness", "waterproof"),
    ),
    ("clothing", Text("Clothing", "Bekleidung"), (*_COMMON, "colour", "size", "activities", "waterproof")),
    ("footwear", Text("Footwear", "Schuhe"), (*_COMMON, "colour", "shoe_size", "activities", "waterproof")),
    ("living", Text("Living", "Wohnen"), (*_COMMON, "colour", "height", "diameter", "brightness")),
    ("kitchen", Text("Kitchen", "Küche"), (*_COMMON, "colour", "volume", "diameter", "dishwasher_safe")),
    ("service", Text("Service", "Dienstleistung"), ("brand", "duration")),
)

ORIGINS = tuple(
    Text(en, de)
    for en, de in (
        ("Portugal", "Portugal"),
        ("Germany", "Deutschland"),
        ("Italy", "Italien"),
        ("Poland", "Polen"),
        ("Sweden", "Schweden"),
        ("Austria", "Österreich"),
        ("Vietnam", "Vietnam"),
        ("Lithuania", "Litauen"),
    )
)
