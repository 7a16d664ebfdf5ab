"""What users rely on, against the real process, a real PostgreSQL over TLS, and an emulated AWS."""
