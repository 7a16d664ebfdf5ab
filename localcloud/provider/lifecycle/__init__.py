"""What happens to a resource: checked, compared, created, read, updated, deleted."""
