"""The walls between the domains: checks of the source that the import linter cannot make, and their proofs."""
