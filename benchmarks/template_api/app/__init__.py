"""Items as the full-stack-fastapi-template serves them, for this project's speed to be measured against.

Written anew from that project's documentation (README, backend/README, deployment and release notes, as of 2026), with
none of its code: FastAPI, SQLModel over the synchronous psycopg, plain `def` routes with a session for each request,
the engine's default pool (5 connections and 10 more), a JWT as bearer token whose user is read in every request, uuid4
keys, `created_at`, lists as `{"data", "count"}`, CORS, and `fastapi run --workers N`. Only what items need is here.
"""
