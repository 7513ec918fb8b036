-- What an account reads about its money: movements, thresholds, bills and credit notes; and its right of withdrawal.

-- What a balance held after the line; NULL on lines written before this, for which it is summed up.
ALTER TABLE ledger_line ADD COLUMN held INTEGER;

CREATE INDEX ledger_line_of_account ON ledger_line (nic, ledger_account, entered, entry_id);

ALTER TABLE balance ADD COLUMN alert_threshold INTEGER;

ALTER TABLE balance ADD COLUMN description TEXT;

-- A payment is billed, and a refund credited, after the fact: numbers without gaps come from one row (number_series).
ALTER TABLE payment ADD COLUMN bill_id TEXT;

ALTER TABLE payment ADD COLUMN billed INTEGER;

CREATE INDEX payment_to_bill ON payment (paid) WHERE bill_id IS NULL;

CREATE UNIQUE INDEX payment_by_bill ON payment (nic, bill_id) WHERE bill_id IS NOT NULL;

CREATE INDEX payment_by_billing ON payment (nic, billed) WHERE billed IS NOT NULL;

ALTER TABLE refund ADD COLUMN note_id TEXT;

ALTER TABLE refund ADD COLUMN noted INTEGER;

CREATE INDEX refund_to_note ON refund (refunded) WHERE note_id IS NULL;

CREATE UNIQUE INDEX refund_by_note ON refund (nic, note_id) WHERE note_id IS NOT NULL;

CREATE INDEX refund_by_noting ON refund (nic, noted) WHERE noted IS NOT NULL;

CREATE TABLE number_series (
    name TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- What a customer said about the right of withdrawal after ordering, and when.
CREATE TABLE withdrawal_right (
    nic TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    waived INTEGER,
    retracted INTEGER,
    reason TEXT,
    comment TEXT,
    PRIMARY KEY (nic, order_id),
    FOREIGN KEY (nic, order_id) REFERENCES placed_order (nic, order_id)
) STRICT;
