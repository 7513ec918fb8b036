-- What staff change of what is sold: rows are added, and never changed or deleted. The newest number is the version
-- of what is sold.

CREATE TABLE market_edit (
    book TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    nic TEXT NOT NULL,
    change TEXT NOT NULL,
    before TEXT,
    begins INTEGER NOT NULL,
    ends INTEGER,
    reason TEXT NOT NULL,
    PRIMARY KEY (book, number)
) STRICT;
