-- Accounts, carts, orders, money, delivery, names and zones; and the sandbox registry's own tables.
-- The first column of every primary key is the partition key (cart id, or the account that owns the row).
-- Instants are microseconds since 1970 (UTC); money is micro-cents; JSON only for what is read and written whole.

CREATE TABLE account (
    nic TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    profile TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE application (
    application_key TEXT NOT NULL PRIMARY KEY,
    application_id INTEGER NOT NULL,
    nic TEXT NOT NULL REFERENCES account (nic),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    consumer_hash TEXT NOT NULL PRIMARY KEY,
    credential_id INTEGER NOT NULL,
    nic TEXT NOT NULL REFERENCES account (nic),
    application_key TEXT NOT NULL REFERENCES application (application_key),
    rules TEXT NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT;

CREATE TABLE contact (
    nic TEXT NOT NULL REFERENCES account (nic),
    contact_id INTEGER NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (nic, contact_id)
) STRICT;

CREATE TABLE cart (
    cart_id TEXT NOT NULL PRIMARY KEY,
    nic TEXT,
    subsidiary TEXT NOT NULL,
    description TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    order_id INTEGER
) STRICT;

CREATE INDEX cart_of_account ON cart (nic, created);

CREATE INDEX cart_by_expiry ON cart (expires);

CREATE TABLE cart_item (
    cart_id TEXT NOT NULL REFERENCES cart (cart_id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    domain TEXT NOT NULL,
    shown TEXT NOT NULL,
    years INTEGER NOT NULL,
    offer TEXT,
    PRIMARY KEY (cart_id, item_id),
    UNIQUE (cart_id, kind, domain)
) STRICT;

CREATE TABLE cart_configuration (
    cart_id TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    configuration_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (cart_id, item_id, configuration_id),
    FOREIGN KEY (cart_id, item_id) REFERENCES cart_item (cart_id, item_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE placed_order (
    nic TEXT NOT NULL REFERENCES account (nic),
    order_id INTEGER NOT NULL,
    cart_id TEXT NOT NULL,
    placed INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, order_id)
) STRICT;

CREATE INDEX placed_order_by_date ON placed_order (nic, placed);

CREATE INDEX placed_order_by_id ON placed_order (order_id);

CREATE TABLE payment (
    nic TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    payment_id INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    mean TEXT NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (nic, order_id),
    FOREIGN KEY (nic, order_id) REFERENCES placed_order (nic, order_id)
) STRICT;

CREATE TABLE refund (
    nic TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (nic, order_id, item_id),
    FOREIGN KEY (nic, order_id) REFERENCES payment (nic, order_id)
) STRICT;

CREATE TABLE ledger_line (
    nic TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ledger_account TEXT NOT NULL,
    ucents INTEGER NOT NULL,
    currency TEXT NOT NULL,
    order_id INTEGER,
    PRIMARY KEY (nic, entry_id, position)
) STRICT;

CREATE INDEX ledger_line_of_order ON ledger_line (nic, order_id, entry_id, position);

CREATE TABLE balance (
    nic TEXT NOT NULL REFERENCES account (nic),
    name TEXT NOT NULL,
    ucents INTEGER NOT NULL CHECK (ucents >= 0),
    currency TEXT NOT NULL,
    opened INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (nic, name)
) STRICT;

CREATE TABLE task (
    nic TEXT NOT NULL,
    task_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    function TEXT NOT NULL,
    domain TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    silences INTEGER NOT NULL,
    comment TEXT,
    argument TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    todo_at INTEGER NOT NULL,
    done_at INTEGER,
    lease_until INTEGER,
    PRIMARY KEY (nic, task_id)
) STRICT;

CREATE INDEX task_due ON task (status, todo_at);

CREATE INDEX task_of_order ON task (nic, order_id, task_id);

CREATE TABLE mail (
    nic TEXT NOT NULL REFERENCES account (nic),
    mail_id INTEGER NOT NULL,
    order_id INTEGER,
    written INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (nic, mail_id)
) STRICT;

CREATE INDEX mail_of_order ON mail (nic, order_id);

CREATE TABLE domain (
    nic TEXT NOT NULL REFERENCES account (nic),
    name TEXT NOT NULL,
    extension TEXT NOT NULL,
    service_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    admin TEXT NOT NULL,
    tech TEXT NOT NULL,
    name_servers TEXT NOT NULL,
    hosted INTEGER NOT NULL,
    dnssec INTEGER NOT NULL,
    PRIMARY KEY (nic, name)
) STRICT;

CREATE TABLE zone (
    nic TEXT NOT NULL REFERENCES account (nic),
    name TEXT NOT NULL,
    name_servers TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (nic, name)
) STRICT;

CREATE INDEX zone_by_name ON zone (name);

CREATE INDEX domain_by_name ON domain (name);

CREATE TABLE zone_record (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    record_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sub_domain TEXT NOT NULL,
    target TEXT NOT NULL,
    ttl INTEGER NOT NULL,
    PRIMARY KEY (nic, zone, record_id),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;

CREATE TABLE sandbox_name (
    name TEXT NOT NULL PRIMARY KEY,
    sponsor TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ready INTEGER NOT NULL
) STRICT;

CREATE TABLE sandbox_call (
    transaction_id TEXT NOT NULL PRIMARY KEY,
    calls INTEGER NOT NULL
) STRICT;
