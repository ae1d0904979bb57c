"""Where prices come from: as they were entered, and as catalog rules make them of base prices."""

PRICES = """(SELECT product_id, channel, currency, kind, amount, starts_at, ends_at FROM catalog_price
             UNION ALL
             SELECT product_id, channel, currency, 'special', amount, starts_at, ends_at FROM catalog_promotedprice
             WHERE groups = '{}')"""
