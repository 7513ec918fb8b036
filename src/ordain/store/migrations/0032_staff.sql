-- Accounts that work here, and as what (core/staff.py).
CREATE TABLE staff (
    nic TEXT NOT NULL PRIMARY KEY REFERENCES account (nic),
    role TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;
