"""Products as files, JSON Lines or CSV: written out, and read in row by row through the public command.

A row that is refused is kept with its reason and hinders no other. A run is continued where it was broken off: what is
done is counted in the transaction that does it.
"""
