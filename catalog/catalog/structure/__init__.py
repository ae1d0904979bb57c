"""Defining the structure of the catalogue: channels, views, attributes, product types, categories.

Each command says what something is, and makes or changes it by its code: running one twice changes nothing.
"""
