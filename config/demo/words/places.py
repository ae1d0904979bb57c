"""The company: its channels, views, warehouses and staff."""

from decimal import Decimal

from config.demo.shapes import Text

SHOP = "Moor & Mantel"
PASSWORD = "demo shop 2026"
DOMAIN = "moor-mantel.example"

# code, name, currency, time zone, countries, tax rates (standard, reduced)
CHANNELS = (
    (
        "home",
        "Moor & Mantel Europe",
        "EUR",
        "Europe/Berlin",
        ("DE", "AT", "NL", "IE", "FR"),
        (Decimal("19"), Decimal("7")),
    ),
    ("alpine", "Moor & Mantel Switzerland", "CHF", "Europe/Zurich", ("CH", "LI"), (Decimal("8.1"), Decimal("2.6"))),
)

# Who sells in a channel, as invoices say. The numbers are made up.
SELLERS = {
    "home": {
        "name": "Moor & Mantel Handels GmbH",
        "street": "Speicherweg 12",
        "postcode": "20457",
        "city": "Hamburg",
        "country": "DE",
        "vat_number": "DE136695976",
        "footer": "A demo shop: nothing here is for sale.",
    },
    "alpine": {
        "name": "Moor & Mantel Schweiz AG",
        "street": "Seestrasse 4",
        "postcode": "8002",
        "city": "Zürich",
        "country": "CH",
        "vat_number": "CHE-123.456.788 MWST",
        "footer": "A demo shop: nothing here is for sale.",
    },
}

# code, name, channel, locale
VIEWS = (
    ("en", "Europe, English", "home", "en-IE"),
    ("de", "Europa, Deutsch", "home", "de-DE"),
    ("ch", "Schweiz, Deutsch", "alpine", "de-CH"),
)

# code, name, country, city, postcode, street, (latitude, longitude), priority by channel
SOURCES = (
    (
        "leipzig",
        "Central warehouse Leipzig",
        "DE",
        "Leipzig",
        "04158",
        "Lagerhofweg 12",
        ("51.3829", "12.3410"),
        {"home": 1, "alpine": 2},
    ),
    ("venlo", "Warehouse Venlo", "NL", "Venlo", "5928", "Kadeweg 40", ("51.3895", "6.1120"), {"home": 2}),
    (
        "winterthur",
        "Warehouse Winterthur",
        "CH",
        "Winterthur",
        "8404",
        "Alte Spinnerei 3",
        ("47.5110", "8.7610"),
        {"alpine": 1},
    ),
)

# mailbox, name, role, language
STAFF = (
    ("ada", "Ada Lindqvist", "administrator", "en"),
    ("emil", "Emil Brandauer", "catalogue_editor", "de"),
    ("priya", "Priya Nandakumar", "catalogue_editor", "en"),
    ("oskar", "Oskar Wieland", "order_desk", "de"),
    ("maeve", "Maeve Corrigan", "order_desk", "en"),
    ("jonas", "Jonas Hollerbach", "warehouse", "de"),
)

# code, name, one sentence
DEPARTMENTS = (
    (
        "outdoor",
        Text("Outdoor", "Outdoor"),
        Text("For nights outside and long days on the path.", "Für Nächte draußen und lange Tage auf dem Weg."),
    ),
    (
        "clothing",
        Text("Clothing", "Bekleidung"),
        Text("Made for weather, good for years.", "Für jedes Wetter gemacht, für viele Jahre gut."),
    ),
    (
        "living",
        Text("Living", "Wohnen"),
        Text("Light, warmth and a place for everything.", "Licht, Wärme und ein Platz für alles."),
    ),
    (
        "kitchen",
        Text("Kitchen", "Küche"),
        Text("Tools and tableware for every day.", "Werkzeug und Geschirr für jeden Tag."),
    ),
    (
        "services",
        Text("Services", "Services"),
        Text("Repairs, courses and a little extra care.", "Reparaturen, Kurse und ein wenig mehr Pflege."),
    ),
)

# code, department, name, one sentence
SECTIONS = (
    (
        "camping",
        "outdoor",
        Text("Camping", "Camping"),
        Text("A roof, a bed and a warm meal.", "Ein Dach, ein Bett und eine warme Mahlzeit."),
    ),
    ("hiking", "outdoor", Text("Hiking", "Wandern"), Text("Everything that comes along.", "Alles, was mitkommt.")),
    (
        "jackets",
        "clothing",
        Text("Jackets & layers", "Jacken & Zwischenlagen"),
        Text("Against wind, rain and the first frost.", "Gegen Wind, Regen und den ersten Frost."),
    ),
    (
        "basics",
        "clothing",
        Text("Everyday wear", "Für jeden Tag"),
        Text("Clothes that you reach for first.", "Kleidung, nach der man zuerst greift."),
    ),
    (
        "head-to-toe",
        "clothing",
        Text("Head to toe", "Von Kopf bis Fuß"),
        Text("Warm ears, dry feet.", "Warme Ohren, trockene Füße."),
    ),
    (
        "lighting",
        "living",
        Text("Lighting", "Leuchten"),
        Text("Light where you sit, read and cook.", "Licht zum Sitzen, Lesen und Kochen."),
    ),
    (
        "textiles",
        "living",
        Text("Home textiles", "Heimtextilien"),
        Text("Soft things for hard floors and long evenings.", "Weiches für harte Böden und lange Abende."),
    ),
    (
        "accents",
        "living",
        Text("Accents & storage", "Akzente & Ordnung"),
        Text("Small things that make a room.", "Kleine Dinge, die einen Raum ausmachen."),
    ),
    (
        "tableware",
        "kitchen",
        Text("Tableware", "Geschirr"),
        Text("Stoneware in quiet glazes.", "Steinzeug in ruhigen Glasuren."),
    ),
    (
        "cookware",
        "kitchen",
        Text("Cookware", "Kochgeschirr"),
        Text("Pans and pots that outlast the recipe.", "Pfannen und Töpfe, die jedes Rezept überdauern."),
    ),
    (
        "preparation",
        "kitchen",
        Text("Preparation", "Zubereitung"),
        Text("Sharp, solid, close at hand.", "Scharf, solide, griffbereit."),
    ),
    (
        "care",
        "services",
        Text("Care & repair", "Pflege & Reparatur"),
        Text("So that good things stay good.", "Damit Gutes gut bleibt."),
    ),
    (
        "learning",
        "services",
        Text("Courses & guides", "Kurse & Führungen"),
        Text("Know-how to take along.", "Wissen zum Mitnehmen."),
    ),
)
