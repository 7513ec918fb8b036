-- Zones with DNS anycast: for how long it is paid, and whether it is being taken away.

CREATE TABLE zone_anycast (
    nic TEXT NOT NULL,
    zone TEXT NOT NULL,
    service_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ending INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (nic, zone),
    FOREIGN KEY (nic, zone) REFERENCES zone (nic, name) ON DELETE CASCADE
) STRICT;

CREATE INDEX zone_anycast_due ON zone_anycast (ending, until);
