-- The credential whose spending limit counts the charge, 0 for nobody's: what it spent follows what becomes of the charge.
ALTER TABLE charge ADD COLUMN spender INTEGER NOT NULL DEFAULT 0;
