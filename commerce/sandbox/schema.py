"""The tables of the books. The CHECKs repeat the rules of the ledger: a mistake there must not get in."""

SCHEMA = """
-- Amounts are whole minor units; times are seconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS payments (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('requires_action', 'declined', 'authorised')),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    authorised INTEGER NOT NULL DEFAULT 0 CHECK (authorised IN (0, amount)),
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
    pending INTEGER NOT NULL DEFAULT 0 CHECK (pending >= 0),
    voided INTEGER NOT NULL DEFAULT 0 CHECK (voided >= 0),
    refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    capture INTEGER NOT NULL CHECK (capture IN (0, 1)),
    decline_code TEXT,
    last4 TEXT NOT NULL,
    behaviour TEXT NOT NULL,
    return_url TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    CHECK (captured + pending + voided <= authorised),
    CHECK (refunded <= captured)
) STRICT;
CREATE TABLE IF NOT EXISTS transactions (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    kind TEXT NOT NULL CHECK (kind IN ('authorise', 'decline', 'challenge', 'capture', 'void', 'refund')),
    amount INTEGER NOT NULL,
    reference TEXT,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS transactions_of_payment ON transactions (payment_id, seq);
CREATE UNIQUE INDEX IF NOT EXISTS refund_reference ON transactions (payment_id, reference)
    WHERE kind = 'refund';
CREATE TRIGGER IF NOT EXISTS transactions_stay BEFORE UPDATE ON transactions
    BEGIN SELECT raise(ABORT, 'transactions are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS transactions_remain BEFORE DELETE ON transactions
    BEGIN SELECT raise(ABORT, 'transactions are only ever added'); END;
CREATE TABLE IF NOT EXISTS late_captures (
    seq INTEGER PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    amount INTEGER NOT NULL,
    due_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS stumbles (reference TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_of_payment ON events (payment_id);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL REFERENCES events (id),
    lane INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'abandoned')),
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (lane, due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (event_id);
"""
