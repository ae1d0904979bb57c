"""Which sources a reservation is taken from: a strategy per channel, and why each source was chosen or passed over.

A strategy only says in which order sources are asked. What is taken is decided by the warehouse's one statement
under its locks, from all of the channel's sources, so that no strategy can refuse a unit that is free.
"""
