"""The overview: whether every part of the deployment works."""
