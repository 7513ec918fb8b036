-- Consumer keys that are asked for and granted, and OAuth2 clients with their tokens.
-- Requests, clients and tokens are found by the secret (hashed) or name they are presented with, as credentials are.

ALTER TABLE credential ADD COLUMN allowed_ips TEXT NOT NULL DEFAULT '[]';

ALTER TABLE credential ADD COLUMN last_use INTEGER;

CREATE INDEX credential_of_account ON credential (nic, credential_id);

CREATE INDEX credential_of_application ON credential (application_key);

CREATE INDEX application_of_account ON application (nic, application_id);

CREATE TABLE credential_request (
    token_hash TEXT NOT NULL PRIMARY KEY,
    consumer_hash TEXT NOT NULL,
    application_key TEXT NOT NULL REFERENCES application (application_key),
    rules TEXT NOT NULL,
    allowed_ips TEXT NOT NULL,
    redirection TEXT,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE INDEX credential_request_by_consumer ON credential_request (consumer_hash);

CREATE INDEX credential_request_of_application ON credential_request (application_key, expires);

CREATE TABLE oauth2_client (
    client_id TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    nic TEXT NOT NULL REFERENCES account (nic),
    secret_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    flow TEXT NOT NULL,
    callback_urls TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX oauth2_client_of_account ON oauth2_client (nic, number);

CREATE TABLE oauth2_token (
    token_hash TEXT NOT NULL PRIMARY KEY,
    token_id INTEGER NOT NULL,
    nic TEXT NOT NULL REFERENCES account (nic),
    client_id TEXT NOT NULL REFERENCES oauth2_client (client_id),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    last_use INTEGER
) STRICT;

CREATE INDEX oauth2_token_of_account ON oauth2_token (nic, token_id);

CREATE INDEX oauth2_token_of_client ON oauth2_token (client_id, expires);
