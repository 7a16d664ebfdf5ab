"""Items: titled notes in PostgreSQL."""
