-- Zones that customers edit: what is staged and what is published, restore points, zone tasks, redirections, dynHost.

ALTER TABLE zone ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zone ADD COLUMN serial INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zone ADD COLUMN staged INTEGER NOT NULL DEFAULT 0;

ALTER TABLE zone ADD COLUMN soa TEXT NOT NULL DEFAULT '{}';

ALTER TABLE zone ADD COLUMN dnssec TEXT NOT NULL DEFAULT 'disabled';

ALTER TABLE zone_record ADD COLUMN origin TEXT NOT NULL DEFAULT 'record';

ALTER TABLE zone_record ADD COLUMN part_of INTEGER NOT NULL DEFAULT 0;

CREATE INDEX zone_record_by_name ON zone_record (nic, zone, sub_domain);

CREATE TABLE zone_point (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    created INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (nic, zone, created),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;

CREATE TABLE zone_task (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    task_id INTEGER NOT NULL,
    function TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    silences INTEGER NOT NULL,
    comment TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    todo_at INTEGER NOT NULL,
    done_at INTEGER,
    lease_until INTEGER,
    PRIMARY KEY (nic, zone, task_id),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;

CREATE INDEX zone_task_due ON zone_task (status, todo_at);

CREATE TABLE zone_redirection (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    redirection_id INTEGER NOT NULL,
    sub_domain TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    title TEXT,
    keywords TEXT,
    description TEXT,
    PRIMARY KEY (nic, zone, redirection_id),
    UNIQUE (nic, zone, sub_domain),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;

CREATE TABLE dyn_host_login (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    login TEXT NOT NULL,
    sub_domain TEXT NOT NULL,
    password TEXT NOT NULL,
    PRIMARY KEY (nic, zone, login),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;
