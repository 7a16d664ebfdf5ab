"""An app that somebody brings: an API, a worker and a nightly job, with names of its own for the database."""
