-- Sign-in: passwords, second factors, sessions and how often somebody failed; what accounts agreed to.
-- Sessions and links are found by their secret, of which only a hash is kept.

CREATE TABLE password (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    hash TEXT NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

-- A link by which a password is set, sent by mail. Only the last one of an account is good.
CREATE TABLE password_link (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    key_hash TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

-- Unconfirmed until the first right code. A code of a step up to last_step was used.
CREATE TABLE second_factor (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    sealed_secret BLOB NOT NULL,
    made INTEGER NOT NULL,
    confirmed INTEGER,
    last_step INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_code (
    nic TEXT NOT NULL REFERENCES second_factor (nic) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (nic, code_hash)
) STRICT;

-- With awaits_code the password was right and the second factor is still asked for.
CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY,
    nic TEXT NOT NULL REFERENCES account (nic),
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    awaits_code INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_account ON session (nic);

CREATE INDEX session_by_expiry ON session (expires);

-- What is only let through so often: by whom it was tried, how often lately, and when last.
CREATE TABLE attempt (
    subject TEXT NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;

CREATE INDEX attempt_by_age ON attempt (last);

CREATE INDEX account_by_email ON account (lower(email), created);

-- The words of a contract in the language somebody agreed to them in, kept when the catalogue has others.
CREATE TABLE agreed_text (
    contract_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    contract TEXT NOT NULL,
    version TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (contract_id, language)
) STRICT;

-- Each version of a contract is agreed to once; contract_id is made of the contract's id and version.
CREATE TABLE agreement (
    nic TEXT NOT NULL REFERENCES account (nic),
    contract_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    agreed INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (nic, contract_id)
) STRICT;
