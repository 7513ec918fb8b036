-- Cards, what is charged to them and given back, what their processor told; and bank transfers.

-- Whom a processor knows an account as, and which method it pays with by default (NULL: the prepaid account).
CREATE TABLE payer (
    nic TEXT NOT NULL PRIMARY KEY,
    customer TEXT,
    default_method INTEGER
) STRICT;

CREATE TABLE payment_method (
    nic TEXT NOT NULL,
    method_id INTEGER NOT NULL,
    session TEXT NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, method_id)
) STRICT;

CREATE INDEX payment_method_by_session ON payment_method (session);

-- `undecided` is 1 until it is known what became of the charge, then NULL: an order has one such at most.
CREATE TABLE charge (
    nic TEXT NOT NULL,
    charge_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    method_id INTEGER NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    look_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    processor_id TEXT,
    reason TEXT,
    url TEXT,
    looks INTEGER NOT NULL,
    undecided INTEGER,
    PRIMARY KEY (nic, charge_id),
    UNIQUE (nic, order_id, undecided),
    FOREIGN KEY (nic, order_id) REFERENCES placed_order (nic, order_id)
) STRICT;

CREATE INDEX charge_to_look_at ON charge (look_at) WHERE undecided = 1;

CREATE INDEX charge_of_method ON charge (nic, method_id) WHERE undecided = 1;

CREATE INDEX charge_by_processor ON charge (processor_id) WHERE processor_id IS NOT NULL;

-- Money on its way back to a card: an item's, or a whole charge's that paid nothing (item_id 0).
CREATE TABLE card_return (
    nic TEXT NOT NULL,
    return_id INTEGER NOT NULL,
    charge_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    created INTEGER NOT NULL,
    look_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    looks INTEGER NOT NULL,
    reason TEXT,
    PRIMARY KEY (nic, return_id),
    UNIQUE (nic, charge_id, item_id),
    FOREIGN KEY (nic, charge_id) REFERENCES charge (nic, charge_id)
) STRICT;

CREATE INDEX card_return_due ON card_return (look_at) WHERE status = 'due';

-- What the processor told, each once.
CREATE TABLE processor_event (
    event_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    heard INTEGER NOT NULL
) STRICT;

CREATE TABLE dispute (
    nic TEXT NOT NULL,
    dispute_id TEXT NOT NULL,
    charge_id INTEGER NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    heard INTEGER NOT NULL,
    PRIMARY KEY (nic, charge_id, dispute_id),
    FOREIGN KEY (nic, charge_id) REFERENCES charge (nic, charge_id)
) STRICT;

-- Orders their customers want to pay by bank transfer.
CREATE TABLE pledged_transfer (
    nic TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    pledged INTEGER NOT NULL,
    PRIMARY KEY (nic, order_id),
    FOREIGN KEY (nic, order_id) REFERENCES placed_order (nic, order_id)
) STRICT;

-- What arrived on the bank account, by the bank's name of it. Whose it is may not be known.
CREATE TABLE transfer_receipt (
    entry TEXT NOT NULL PRIMARY KEY,
    came TEXT NOT NULL,
    taken INTEGER NOT NULL,
    content TEXT NOT NULL,
    order_id INTEGER
) STRICT;

CREATE INDEX transfer_receipt_of_order ON transfer_receipt (order_id) WHERE came = 'paid';

CREATE INDEX transfer_receipt_unmatched ON transfer_receipt (taken) WHERE came = 'unmatched';
