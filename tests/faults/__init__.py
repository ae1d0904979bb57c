"""Real kills of real processes, and what is left of the shop and its books afterwards."""
