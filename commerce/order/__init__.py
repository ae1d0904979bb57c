"""Orders: what was sold, at which figures, and where each stands. Never recomputes a price."""
