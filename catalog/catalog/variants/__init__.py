"""The variants of a configurable product edited together: those that it has, and combinations that are missing."""
