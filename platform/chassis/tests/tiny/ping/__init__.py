"""A tiny domain of the chassis' own tests."""
