-- Changes of names that are held: tasks without an order, what they carry, and what they leave on the domain.
-- A change of an account's contacts is asked of two accounts, each of which finds it under its own name.

ALTER TABLE task ADD COLUMN change TEXT;

ALTER TABLE task ADD COLUMN corrections TEXT NOT NULL DEFAULT '{}';

CREATE INDEX task_of_domain ON task (nic, domain, task_id);

ALTER TABLE domain ADD COLUMN ds_keys TEXT NOT NULL DEFAULT '[]';

ALTER TABLE domain ADD COLUMN hosts TEXT NOT NULL DEFAULT '[]';

ALTER TABLE domain ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]';

ALTER TABLE domain ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;

ALTER TABLE domain ADD COLUMN deleted INTEGER;

ALTER TABLE domain ADD COLUMN disclosed TEXT NOT NULL DEFAULT '[]';

ALTER TABLE domain ADD COLUMN custom_fields TEXT NOT NULL DEFAULT '{}';

CREATE TABLE contact_change (
    nic TEXT NOT NULL REFERENCES account (nic),
    change_id INTEGER NOT NULL,
    service TEXT NOT NULL,
    contact_types TEXT NOT NULL,
    from_nic TEXT NOT NULL,
    to_nic TEXT NOT NULL,
    state TEXT NOT NULL,
    asked INTEGER NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (nic, change_id)
) STRICT;

CREATE TABLE contact_change_party (
    nic TEXT NOT NULL REFERENCES account (nic),
    change_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    asking_nic TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    accepted INTEGER,
    PRIMARY KEY (nic, change_id, role)
) STRICT;

ALTER TABLE sandbox_name ADD COLUMN held TEXT NOT NULL DEFAULT '{}';
