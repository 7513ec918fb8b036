-- Options and coupons of carts; signed mark files of accounts.

ALTER TABLE cart_item ADD COLUMN parent_id INTEGER;

ALTER TABLE cart ADD COLUMN coupons TEXT NOT NULL DEFAULT '[]';

CREATE TABLE signed_mark (
    nic TEXT NOT NULL REFERENCES account (nic),
    smd_id TEXT NOT NULL,
    mark_id TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, smd_id),
    UNIQUE (nic, mark_id)
) STRICT;
