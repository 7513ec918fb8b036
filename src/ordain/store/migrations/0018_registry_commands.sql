-- What registries were asked to do with a name, noted before they are asked; and what the sandbox's EPP server keeps.

CREATE TABLE registry_command (
    name TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    verb TEXT NOT NULL,
    outcome TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    PRIMARY KEY (name, transaction_id)
) STRICT;

-- Contacts, hosts and messages of the sandbox registry. Like its other tables, this one stands for another house's.
CREATE TABLE sandbox_object (
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    held TEXT NOT NULL,
    PRIMARY KEY (kind, object_id)
) STRICT;
