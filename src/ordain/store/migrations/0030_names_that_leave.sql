-- Names that another registrar asked for are looked for by when that is decided.

CREATE INDEX domain_leaving ON domain (leaving) WHERE leaving IS NOT NULL;
