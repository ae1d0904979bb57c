"""Real races over real HTTP: many shoppers after the same thing, outcomes counted."""
