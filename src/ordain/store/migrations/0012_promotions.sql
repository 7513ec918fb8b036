-- Uses of promotions that are limited, counted when an order is placed; vouchers that are credited to balances.

-- Uses in all, of promotions that have so many and no more.
CREATE TABLE promotion_count (
    promotion TEXT NOT NULL PRIMARY KEY,
    used INTEGER NOT NULL CHECK (used >= 0)
) STRICT;

-- Whose order made how many. After `due` it is looked whether the order came to nothing, and then never again (NULL).
CREATE TABLE promotion_use (
    nic TEXT NOT NULL,
    promotion TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    uses INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    due INTEGER,
    PRIMARY KEY (nic, promotion, order_id),
    FOREIGN KEY (nic, order_id) REFERENCES placed_order (nic, order_id)
) STRICT;

CREATE INDEX promotion_use_due ON promotion_use (due) WHERE due IS NOT NULL;

CREATE TABLE voucher (
    voucher_hash TEXT NOT NULL PRIMARY KEY,
    batch INTEGER NOT NULL,
    ucents INTEGER NOT NULL CHECK (ucents > 0),
    currency TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    nic TEXT,
    redeemed INTEGER
) STRICT;

CREATE INDEX voucher_of_batch ON voucher (batch);
