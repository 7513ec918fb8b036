-- How much a consumer key may spend a day and a month, and what it spent since it has a limit (core/spending.py).
CREATE TABLE spending_limit (
    nic TEXT NOT NULL REFERENCES account (nic),
    credential_id INTEGER NOT NULL,
    currency TEXT NOT NULL,
    per_day INTEGER,
    per_month INTEGER,
    spent_day INTEGER NOT NULL DEFAULT 0,
    spent_month INTEGER NOT NULL DEFAULT 0,
    spent_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (nic, credential_id)
) STRICT;
-- Where somebody is signed in, as they see it: when last, from which network, with which browser.
ALTER TABLE session ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN network TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
