"""The overview: whether every part behind this process works, for whoever has just deployed it."""
