"""Colours: option codes with names in both languages and the colour that pictures are painted with."""

from config.demo.shapes import Option, Text

COLOURS = tuple(
    Option(code=code, label=Text(en, de), swatch=swatch)
    for code, en, de, swatch in (
        ("charcoal", "Charcoal", "Anthrazit", "#3d4248"),
        ("fog", "Fog grey", "Nebelgrau", "#a9b2b6"),
        ("oat", "Oat", "Hafer", "#ddd0b8"),
        ("chalk", "Chalk white", "Kreideweiß", "#f1ede4"),
        ("sand", "Sand", "Sand", "#c9a877"),
        ("rust", "Rust", "Rost", "#b4532f"),
        ("berry", "Berry", "Beere", "#8c2f4d"),
        ("poppy", "Poppy red", "Mohnrot", "#cf3a33"),
        ("ochre", "Ochre", "Ocker", "#d79b33"),
        ("moss", "Moss green", "Moosgrün", "#64743e"),
        ("pine", "Pine green", "Tannengrün", "#26513f"),
        ("lagoon", "Lagoon", "Lagune", "#2e8089"),
        ("sky", "Sky blue", "Himmelblau", "#7fb0cf"),
        ("navy", "Navy", "Marineblau", "#273a5f"),
        ("heather", "Heather", "Heide", "#8f7aa3"),
        ("copper", "Copper", "Kupfer", "#b9714a"),
    )
)

SWATCHES = {option.code: option.swatch for option in COLOURS}

FABRIC = ("charcoal", "rust", "ochre", "moss", "pine", "lagoon", "navy", "berry", "sky", "poppy")
SOFT = ("oat", "fog", "sand", "rust", "moss", "heather", "navy", "ochre", "chalk", "berry")
GLAZE = ("chalk", "sand", "moss", "lagoon", "sky", "rust", "charcoal", "ochre")
METAL = ("charcoal", "chalk", "copper", "pine", "ochre", "fog")
