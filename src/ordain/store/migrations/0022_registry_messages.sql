-- What registries told by themselves, in their queues: kept before it is acknowledged, so that twice is once.

CREATE TABLE registry_message (
    registry TEXT NOT NULL,
    message_id TEXT NOT NULL,
    told INTEGER,
    heard INTEGER NOT NULL,
    words TEXT NOT NULL,
    about TEXT,
    became TEXT NOT NULL,
    PRIMARY KEY (registry, message_id)
) STRICT;

CREATE INDEX registry_message_heard ON registry_message (heard);

-- Until when the registry of a name decides on its transfer to somebody else.
ALTER TABLE domain ADD COLUMN leaving INTEGER;

-- A message names a name, not whose tasks are about it.
CREATE INDEX task_by_domain ON task (domain, status);

-- Whom an owner change waits for: the present owner and the new one, by the hash of the token each was mailed.
CREATE TABLE consent (
    nic TEXT NOT NULL,
    task_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    email TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    asked INTEGER NOT NULL,
    answered INTEGER,
    granted INTEGER,
    PRIMARY KEY (nic, task_id, role)
) STRICT;

CREATE INDEX consent_by_token ON consent (token_hash);

-- Mails about an account's affairs to somebody else: the operator, or an owner who has to agree. They are sent like all
-- others, and are not among the account's own: a link in them is for nobody else.
ALTER TABLE mail ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;
