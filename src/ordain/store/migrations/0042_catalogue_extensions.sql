-- The extensions that catalogues of this database had: one of theirs that is missing at a later start is noticed.
CREATE TABLE catalogue_extension (
    name TEXT NOT NULL PRIMARY KEY
) STRICT;

INSERT INTO catalogue_extension (name) SELECT DISTINCT extension FROM domain;

CREATE INDEX domain_by_extension ON domain (extension);
