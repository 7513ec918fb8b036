"""One function per verb: load, ask the core, save. Flows own the transactions."""
