"""The SQL that moves `reserved` and `on_hand`: each statement is whole, and right under any concurrency."""

from logistics.warehouse.policy import BOUNDLESS, FREE, LIMIT, ROOM, SAFETY

# One statement per claim. `locked` takes the rows in id order and, having waited, sees their newest values;
# the allocation is worked out from those, and the UPDATE adds to the newest row, which nobody else can change.
# The UPDATE must not repeat the condition: it would be tested on the statement's snapshot first, and refuse a
# unit that was given back while `locked` waited. `sound` looks at the row as it was written instead.
# Lines on one SKU are summed before anything is compared. A SKU that falls short leaves all untouched; one that is
# not `shelved` and has no stock item does not fall short: nothing of it is counted.
# `order` says which sources are asked first, the others follow by priority. What lies anywhere is taken before more
# is sold than there is. `considered` tells what was seen of every source, for the explanation.
CLAIM = f"""
WITH wanted AS (
    SELECT sku, sum(quantity) AS quantity, bool_or(shelved) AS shelved
    FROM unnest(%(skus)s::text[], %(quantities)s::numeric[], %(shelved)s::bool[]) AS line(sku, quantity, shelved)
    GROUP BY sku
), linked AS (
    SELECT source.id, source.code, source.enabled, link.priority,
           coalesce(array_position(%(order)s::uuid[], source.id), 2147483647) AS place
    FROM logistics_channelsource link JOIN logistics_source source ON source.id = link.source_id
    WHERE link.channel = %(channel)s
), locked AS (
    SELECT i.id, i.sku, i.source_id, linked.place, linked.priority, {FREE} AS free, {ROOM} AS room
    FROM logistics_stockitem i
    JOIN logistics_source source ON source.id = i.source_id
    JOIN linked ON linked.id = i.source_id AND linked.enabled
    WHERE i.sku = ANY(%(skus)s)
    ORDER BY i.id FOR NO KEY UPDATE OF i
), ranked AS (
    SELECT locked.*, wanted.quantity AS wanted,
           sum(free) OVER nearer - free AS nearer, sum(room) OVER nearer - room AS nearer_room,
           sum(free) OVER (PARTITION BY sku) AS total
    FROM locked JOIN wanted USING (sku)
    WINDOW nearer AS (PARTITION BY sku ORDER BY place, priority, id ROWS UNBOUNDED PRECEDING)
), split AS (
    SELECT id, sku, source_id, free, room, least(free, greatest(wanted - nearer, 0)) AS stock,
           least(room, greatest(wanted - total - nearer_room, 0)) AS beyond
    FROM ranked
), taken AS (
    SELECT id, sku, source_id, room, stock + beyond AS quantity FROM split
), short AS (
    SELECT wanted.sku FROM wanted LEFT JOIN taken USING (sku)
    GROUP BY wanted.sku, wanted.quantity, wanted.shelved
    HAVING coalesce(sum(taken.quantity), 0) < wanted.quantity AND (wanted.shelved OR count(taken.id) > 0)
), claimed AS (
    UPDATE logistics_stockitem i SET reserved = i.reserved + taken.quantity, version = i.version + 1
    FROM taken JOIN logistics_source source ON source.id = taken.source_id
    WHERE i.id = taken.id AND taken.quantity > 0 AND NOT EXISTS (SELECT 1 FROM short)
    RETURNING i.id, taken.quantity,
              taken.room = {BOUNDLESS} OR i.on_hand - {SAFETY} + (CASE WHEN taken.room > 0 THEN {LIMIT} ELSE 0 END)
                  >= i.reserved AS sound
), noted AS (
    INSERT INTO logistics_allocation (id, reservation_id, item_id, quantity, held, delivery)
    SELECT gen_random_uuid(), %(reservation)s, id, quantity, quantity, %(delivery)s::uuid FROM claimed
), considered AS (
    SELECT linked.id, linked.code, linked.enabled, linked.priority,
           coalesce(json_object_agg(split.sku, ARRAY[split.free::text, split.stock::text, split.beyond::text])
                    FILTER (WHERE split.id IS NOT NULL), '{{}}') AS items
    FROM linked LEFT JOIN split ON split.source_id = linked.id
    GROUP BY linked.id, linked.code, linked.enabled, linked.priority
)
SELECT coalesce((SELECT array_agg(sku ORDER BY sku) FROM short), '{{}}'),
       coalesce((SELECT array_agg(id) FROM claimed), '{{}}'),
       coalesce((SELECT sum(quantity) FROM claimed WHERE sound), 0),
       coalesce((SELECT sum(quantity) FROM wanted WHERE shelved OR sku IN (SELECT sku FROM taken)), 0),
       coalesce((SELECT json_agg(json_build_array(id, code, enabled, priority, items)) FROM considered), '[]')
"""

# Gives back all that a reservation still holds, under the locks that CLAIM takes.
RELEASE = """
WITH locked AS (
    SELECT i.id, a.id AS allocation, a.held
    FROM logistics_allocation a JOIN logistics_stockitem i ON i.id = a.item_id
    WHERE a.reservation_id = %(reservation)s AND a.held > 0
    ORDER BY i.id FOR NO KEY UPDATE OF i
), emptied AS (
    UPDATE logistics_allocation a SET held = 0 FROM locked WHERE a.id = locked.allocation
), given AS (SELECT id, sum(held) AS quantity FROM locked GROUP BY id)
UPDATE logistics_stockitem i SET reserved = i.reserved - given.quantity, version = i.version + 1
FROM given WHERE i.id = given.id RETURNING i.id
"""

# A part of what is held goes back. As above, the reservation's row lock keeps others off the allocations.
RELEASE_PART = """
WITH given AS (
    SELECT a.id AS allocation, a.item_id AS id, g.quantity
    FROM unnest(%(allocations)s::uuid[], %(quantities)s::numeric[]) AS g(allocation, quantity)
    JOIN logistics_allocation a ON a.id = g.allocation
), locked AS (
    SELECT i.id FROM logistics_stockitem i WHERE i.id IN (SELECT id FROM given)
    ORDER BY i.id FOR NO KEY UPDATE
), lessened AS (
    UPDATE logistics_allocation a SET held = a.held - given.quantity FROM given WHERE a.id = given.allocation
), totals AS (
    SELECT given.id, sum(quantity) AS quantity FROM given JOIN locked ON locked.id = given.id GROUP BY given.id
)
UPDATE logistics_stockitem i SET reserved = i.reserved - totals.quantity, version = i.version + 1
FROM totals WHERE i.id = totals.id RETURNING i.id
"""

# Goods leave: `on_hand`, `reserved` and `held` fall together, so what can be sold does not change.
# The reservation's row lock, taken before, keeps a release of the same allocations away.
SEND = """
WITH sent AS (
    SELECT a.id AS allocation, a.item_id AS id, s.quantity
    FROM unnest(%(allocations)s::uuid[], %(quantities)s::numeric[]) AS s(allocation, quantity)
    JOIN logistics_allocation a ON a.id = s.allocation AND a.held >= s.quantity
), locked AS (
    SELECT i.id FROM logistics_stockitem i WHERE i.id IN (SELECT id FROM sent)
    ORDER BY i.id FOR NO KEY UPDATE
), lessened AS (
    UPDATE logistics_allocation a SET held = a.held - sent.quantity FROM sent WHERE a.id = sent.allocation
    RETURNING a.id
), totals AS (
    SELECT sent.id, sum(quantity) AS quantity FROM sent JOIN locked ON locked.id = sent.id GROUP BY sent.id
), moved AS (
    UPDATE logistics_stockitem i
    SET on_hand = i.on_hand - totals.quantity, reserved = i.reserved - totals.quantity, version = i.version + 1
    FROM totals WHERE i.id = totals.id RETURNING i.id, i.on_hand, totals.quantity
), noted AS (
    INSERT INTO logistics_stockmovement (id, item_id, quantity, on_hand, reason, reference, actor, moved_at)
    SELECT gen_random_uuid(), id, -quantity, on_hand, 'shipment', %(reference)s, %(actor)s, %(now)s FROM moved
)
SELECT (SELECT count(*) FROM lessened), coalesce((SELECT array_agg(id) FROM moved), '{}')
"""

# For several claims and releases in one transaction: all their items at once, in id order.
LOCK_ITEMS = """
SELECT i.id FROM logistics_stockitem i
WHERE i.id IN (
    SELECT i.id FROM unnest(%(channels)s::text[], %(skus)s::text[]) AS wanted(channel, sku)
    JOIN logistics_stockitem i ON i.sku = wanted.sku
    JOIN logistics_channelsource link ON link.source_id = i.source_id AND link.channel = wanted.channel
    UNION
    SELECT item_id FROM logistics_allocation WHERE reservation_id = ANY(%(reservations)s) AND held > 0)
ORDER BY i.id FOR NO KEY UPDATE
"""
