"""`make dev`: the services of a stack run from their source folders, and all else in the running local cloud."""
