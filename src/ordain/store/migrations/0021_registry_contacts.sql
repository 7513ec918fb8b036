-- When a registry is looked at again for the contact a command made there; NULL: it made none, or that is gone.
ALTER TABLE registry_command ADD COLUMN contact_due INTEGER DEFAULT 0;

CREATE INDEX registry_command_by_contact ON registry_command (contact_due) WHERE contact_due IS NOT NULL;
