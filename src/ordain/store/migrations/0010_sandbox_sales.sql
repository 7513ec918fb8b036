-- What the sandbox's marketplaces sold. Like the sandbox registry's, this table stands for another house's database.

CREATE TABLE sandbox_sale (
    name TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    sold INTEGER NOT NULL
) STRICT;
