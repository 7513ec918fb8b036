-- Requests that were sent with an Idempotency-Key, and what they were answered, for a day.
-- scope is whose key it is: an account, a cart, or for others the key itself. Of keys only hashes are kept, of requests
-- a keyed digest, and answers are sealed. attempt is who carries the request out; written says that a transaction of
-- the request was committed; answered without an answer is one that was too long to be kept.

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    digest TEXT NOT NULL,
    attempt TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    written INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    answer BLOB,
    PRIMARY KEY (scope, key_hash)
) STRICT;

CREATE INDEX idempotency_expiry ON idempotency (expires);
