"""The API: items in PostgreSQL, files in S3, mail through SES."""
