"""Stock takes: a source is counted line by line, and the differences are booked at once, each with its reason."""
