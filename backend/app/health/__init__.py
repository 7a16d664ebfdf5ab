"""Health, for any FastAPI app: whether the process runs, whether it can do its work, and what runs beside it.

Nothing in this folder knows the rest of the app: copied into another one, it works there. docs/own-app.md shows how.
"""
