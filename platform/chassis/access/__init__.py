"""Who is asking: principals, signed tokens verified from published keys, rate limits."""
