-- Mails are sent from the table they are kept in; services have what their customer set, and their terminations.

ALTER TABLE mail ADD COLUMN status TEXT NOT NULL DEFAULT 'kept';

ALTER TABLE mail ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

ALTER TABLE mail ADD COLUMN try_at INTEGER;

CREATE INDEX mail_due ON mail (status, try_at);

ALTER TABLE domain ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE INDEX domain_by_service ON domain (nic, service_id);

ALTER TABLE zone ADD COLUMN service_id INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zone ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- A zone from before has its service's id from its first record: every one has such, and no other has that id.
UPDATE zone SET service_id = COALESCE(
    (SELECT MIN(record_id) FROM zone_record WHERE zone_record.nic = zone.nic AND zone_record.zone = zone.name), 0
);

CREATE INDEX zone_by_service ON zone (nic, service_id);

CREATE TABLE termination (
    nic TEXT NOT NULL REFERENCES account (nic),
    service_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    requested INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    confirmed INTEGER,
    reason TEXT,
    future_use TEXT,
    commentary TEXT,
    PRIMARY KEY (nic, service_id)
) STRICT;

CREATE INDEX termination_by_token ON termination (token_hash);
