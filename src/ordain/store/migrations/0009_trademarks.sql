-- Trademark claims and what the trademark clearing house publishes.

-- A notice as it was shown, kept while it can be accepted. Marks claim labels whatever the extension.
CREATE TABLE claims_notice (
    notice_id TEXT NOT NULL PRIMARY KEY,
    ends INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE INDEX claims_notice_by_end ON claims_notice (ends);

-- Who accepted which notice for an order's item, when and from where, with the words shown. Kept.
CREATE TABLE claims_acceptance (
    nic TEXT NOT NULL REFERENCES account (nic),
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    notice_id TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    address TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, order_id, item_id, notice_id)
) STRICT;

-- The lists as imported last: of revoked marks (smdrl), of labels under claims (dnl), of revoked certificates (crl).
CREATE TABLE trademark_list (
    kind TEXT NOT NULL PRIMARY KEY,
    made INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT;

-- Rows of the first two: a mark's id, or a label and the key its notice is fetched by.
CREATE TABLE trademark_row (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    lookup_key TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT;
