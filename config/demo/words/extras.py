"""Sets, gift cards, downloads, pages and opinions of the demo shop."""

from config.demo.shapes import Text as T

# SKU, name, sentence, kinds of its parts, each with a question; the price of a fixed one in EUR (0: of its parts)
BUNDLES = (
    (
        "SET-CAMP",
        T("Camp Kitchen Set", "Camp-Küche im Set"),
        T("A stove, a lamp and something to sleep on.", "Ein Kocher, eine Lampe und etwas, worauf man schläft."),
        (
            ("stove", T("Which stove?", "Welcher Kocher?")),
            ("headlamp", T("Which lamp?", "Welche Lampe?")),
            ("sleeping-mat", T("Which mat?", "Welche Matte?")),
        ),
        0,
    ),
    (
        "SET-COOK",
        T("First Kitchen Set", "Erste Küche im Set"),
        T("A pan, a knife and a board to begin with.", "Pfanne, Messer und Brett für den Anfang."),
        (
            ("pan", T("Which pan?", "Welche Pfanne?")),
            ("knife", T("Which knife?", "Welches Messer?")),
            ("board", T("Which board?", "Welches Brett?")),
        ),
        0,
    ),
    (
        "SET-WALL",
        T("Clock and Basket", "Uhr und Korb"),
        T("Two things for a bare hallway at one price.", "Zwei Dinge für einen leeren Flur zu einem Preis."),
        (("clock", T("Which clock?", "Welche Uhr?")), ("basket", T("Which basket?", "Welcher Korb?"))),
        79,
    ),
)
GROUPED = (
    "GRP-KNIVES",
    T("The Knife Block", "Der Messerblock"),
    T("All our knives on one page; take those you lack.", "Alle unsere Messer auf einer Seite; nehmen Sie, was fehlt."),
    "knife",
)
DOWNLOAD = (
    "PDF-KNOTS",
    T("Twelve Knots, PDF", "Zwölf Knoten, PDF"),
    T("Twelve knots that hold, drawn step by step.", "Zwölf Knoten, die halten, Schritt für Schritt gezeichnet."),
    8,
)
GIFT_CARD = (
    "GIFT-CARD",
    T("Gift Card", "Gutschein"),
    T("Arrives by e-mail on the day you pay.", "Kommt per E-Mail am Tag der Zahlung."),
    (25, 50, 100),
)
# Stars, name shown, title, text
REVIEWS = (
    (
        5,
        "Nele",
        T("Does what it should", "Tut, was es soll"),
        T("Used it for a summer. No complaints.", "Einen Sommer lang benutzt, nichts zu meckern."),
    ),
    (
        4,
        "Jonas W.",
        T("Good", "Gut"),
        T("Well made. A little heavier than I thought.", "Gut gemacht, etwas schwerer als gedacht."),
    ),
    (
        5,
        "M.",
        T("Again", "Wieder"),
        T("Bought a second one for my sister.", "Ein zweites für meine Schwester gekauft."),
    ),
    (
        2,
        "Ida",
        T("Not mine", "Nicht meins"),
        T("Nice, but the colour is darker than in the picture.", "Schön, aber dunkler als auf dem Bild."),
    ),
)
PAGES = (
    (
        "about",
        T("About us", "Über uns"),
        T(
            "<p>We make and mend things for outdoors and for the kitchen, and sell what we use ourselves.</p>",
            "<p>Wir machen und flicken Dinge für draußen und für die Küche und verkaufen, was wir selbst benutzen.</p>",
        ),
    ),
    (
        "delivery",
        T("Delivery and returns", "Versand und Rückgabe"),
        T(
            "<p>Parcels leave our warehouses within a day. You may send things back for thirty days.</p>",
            "<p>Pakete verlassen unsere Lager binnen eines Tages. Dreißig Tage lang nehmen wir zurück.</p>",
        ),
    ),
    (
        "care",
        T("Repair and care", "Reparatur und Pflege"),
        T(
            "<p>Nearly everything can be mended. Ask us before you throw it away.</p>",
            "<p>Fast alles lässt sich reparieren. Fragen Sie uns, bevor Sie es wegwerfen.</p>",
        ),
    ),
)
BLOCKS = (
    (
        "home-hero",
        T("<h1>Things that last</h1>", "<h1>Dinge, die bleiben</h1>"),
    ),
)
COLLECTION = ("small-gifts", T("Small gifts", "Kleine Geschenke"), 30)
