-- The ends of names' terms: when each is looked at next, and what was done about the end of each term.

ALTER TABLE domain ADD COLUMN look_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX domain_by_look ON domain (look_at);

-- Its registry keeps it out of the DNS, because it was not renewed.
ALTER TABLE domain ADD COLUMN on_hold INTEGER NOT NULL DEFAULT 0;

-- When a zone is deleted, as its holder wished.
ALTER TABLE zone ADD COLUMN end_at INTEGER;

CREATE INDEX zone_by_end ON zone (end_at);

-- A service is renewed by one order for the end of each of its terms.
CREATE TABLE renewal (
    nic TEXT NOT NULL REFERENCES account (nic),
    service_id INTEGER NOT NULL,
    until INTEGER NOT NULL,
    order_id INTEGER,
    automatic INTEGER NOT NULL DEFAULT 0,
    -- The how manieth of the planned attempts to charge it was made last.
    attempts INTEGER NOT NULL DEFAULT 0,
    told TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (nic, service_id, until)
) STRICT;

CREATE TABLE autorenewal (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    active INTEGER NOT NULL,
    last INTEGER
) STRICT;

-- Services that are over.
CREATE TABLE ended_service (
    nic TEXT NOT NULL REFERENCES account (nic),
    service_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (nic, service_id)
) STRICT;
