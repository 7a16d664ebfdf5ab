"""Files: their bytes go between browser and S3, their names are kept in PostgreSQL."""
