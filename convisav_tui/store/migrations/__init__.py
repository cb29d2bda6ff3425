"""The history of the tables: one module a version, written out, never changed once released."""
