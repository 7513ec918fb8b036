"""The only place with SQL: rows in, core values out."""
