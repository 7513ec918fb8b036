-- The back office: what staff did, who is kept from signing in, money that somebody else has to allow, and indexes for looking.

-- What members of the staff did, each member's entries a chain of digests (core/audit.py). `nic` is the member, or "operator".
CREATE TABLE audit_head (
    nic TEXT NOT NULL PRIMARY KEY,
    place INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;

CREATE TABLE audit_entry (
    nic TEXT NOT NULL,
    place INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    customer TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    was TEXT NOT NULL,
    became TEXT NOT NULL,
    reason TEXT NOT NULL,
    query TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (nic, place)
) STRICT;

CREATE INDEX audit_by_time ON audit_entry (entered);

CREATE INDEX audit_of_customer ON audit_entry (customer, entered);

CREATE INDEX audit_of_order ON audit_entry (order_id, entered);

-- Accounts that may not sign in.
CREATE TABLE blocked_account (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    since INTEGER NOT NULL,
    member TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

-- Credit and refunds by hand: what was asked for, and what became of it (core/grant.py).
CREATE TABLE money_grant (
    nic TEXT NOT NULL REFERENCES account (nic),
    grant_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    balance TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked INTEGER NOT NULL,
    status TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided INTEGER,
    PRIMARY KEY (nic, grant_id)
) STRICT;

CREATE INDEX money_grant_by_status ON money_grant (status, asked);

CREATE INDEX money_grant_by_id ON money_grant (grant_id);

-- Found by their number, whoever's they are; and orders by the day, whoever placed them.
CREATE INDEX task_by_id ON task (task_id);

CREATE INDEX payment_by_id ON payment (payment_id);

CREATE INDEX placed_order_by_day ON placed_order (placed);
