-- What the embedded name server serves, and zones that are to leave the name server.

-- Like the sandbox's tables, this one stands for another house's: a zone as it was last published there.
CREATE TABLE served_zone (
    name TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    content TEXT NOT NULL,
    sealed_key BLOB
) STRICT;

CREATE TABLE zone_removal (
    name TEXT NOT NULL PRIMARY KEY,
    todo_at INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    silences INTEGER NOT NULL
) STRICT;

-- Zones there are were published when nothing was served here: once more.
INSERT INTO zone_task (nic, zone, task_id, function, status, attempts, silences, created, updated, todo_at)
SELECT nic, name, service_id, 'ZonePublish', 'todo', 0, 0, 0, 0, 0 FROM zone;
