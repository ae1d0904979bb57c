"""What of an item may be sold, as SQL over `i` (logistics_stockitem) and `source`; `%(now)s` is the present.

An item's own policy counts before its source's default. `FREE` is what is on the shelf and may be taken; `ROOM` is how
much more may be sold than that: of what never runs out and of what has no limit, `BOUNDLESS`.
"""

BOUNDLESS = 10**8
"""More than a column of quantities holds."""

SAFETY = "coalesce(i.safety_stock, source.safety_stock)"
LIMIT = "coalesce(i.backorder_limit, source.backorder_limit)"
PREORDER = "coalesce(i.available_from > %(now)s, false)"
ELASTIC = f"(coalesce(i.backorders, source.backorders, false) OR {PREORDER})"

FREE = f"CASE WHEN i.managed THEN greatest(i.on_hand - i.reserved - {SAFETY}, 0) ELSE 0 END"
ROOM = f"""CASE WHEN NOT i.managed THEN {BOUNDLESS} WHEN NOT {ELASTIC} THEN 0 WHEN {LIMIT} IS NULL THEN {BOUNDLESS}
    ELSE greatest(least({LIMIT}, i.on_hand - i.reserved - {SAFETY} + {LIMIT}), 0) END"""

LEVEL = f"""CASE WHEN NOT i.managed THEN 'ok' WHEN i.on_hand - i.reserved - {SAFETY} <= 0 THEN 'out'
    WHEN i.on_hand - i.reserved <= coalesce(i.low_at, source.low_at) THEN 'low' ELSE 'ok' END"""
"""How full the shelf is: out when nothing is left above the safety stock, low at `low_at` or below."""
