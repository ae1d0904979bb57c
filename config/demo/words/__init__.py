"""What the demo shop is made of, as data: words and figures, no rules. Everything is invented."""
