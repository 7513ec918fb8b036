-- The ledger as transfers: each row debits one account and credits another, so that a row out of balance cannot be told.
-- Rows are added, never changed. Entries from before stay in ledger_line, and are read beside these.

CREATE TABLE ledger_transfer (
    nic TEXT NOT NULL,
    -- The how manieth of the account, from 1 and without gaps; `digest` covers the row and the digest of the one before.
    place INTEGER NOT NULL CHECK (place > 0),
    entry_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    entered INTEGER NOT NULL,
    kind TEXT NOT NULL,
    order_id INTEGER,
    -- What of the order: an item's id, or 0.
    part INTEGER NOT NULL,
    debited TEXT NOT NULL,
    credited TEXT NOT NULL,
    ucents INTEGER NOT NULL CHECK (ucents > 0),
    currency TEXT NOT NULL,
    -- What a customer's balance on that side held after the entry.
    debited_held INTEGER CHECK (debited_held >= 0),
    credited_held INTEGER CHECK (credited_held >= 0),
    digest BLOB NOT NULL,
    PRIMARY KEY (nic, place),
    CHECK (debited <> credited),
    CHECK (order_id IS NOT NULL OR kind NOT IN ('payment', 'refund', 'cost', 'dispute', 'recovery'))
) STRICT;

-- An order is paid once, and each of its items refunded once and paid to its registry once.
CREATE UNIQUE INDEX ledger_transfer_of_order ON ledger_transfer (nic, order_id, kind, part, position);

CREATE INDEX ledger_transfer_debits ON ledger_transfer (nic, debited, entry_id);

CREATE INDEX ledger_transfer_credits ON ledger_transfer (nic, credited, entry_id);

-- Where each account's chain ends.
CREATE TABLE ledger_head (
    nic TEXT NOT NULL PRIMARY KEY,
    place INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;
