"""`python database.py make | drop`: a preview environment's own database, and the one role that reaches it.

It runs in the network of the base, whose database server nobody outside reaches. The server's password is read here and
nowhere else; the new role's is made here, and kept in the preview's secret alone.
"""

import json
import os
import secrets
import sys

import boto3
import psycopg
from psycopg import sql

PASSWORD_BYTES = 24


def master() -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the server's owner.

    The certificate is not looked at: by SCRAM the password never leaves, and libpq binds it to the connection
    (`channel_binding`), which somebody in between could not answer.
    """
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DATABASE_SECRET_ARN"])
    known = json.loads(answer["SecretString"])
    return psycopg.connect(
        host=os.environ["DATABASE_HOST"],
        port=os.environ["DATABASE_PORT"],
        dbname=os.environ["DATABASE_NAME"],
        user=known["username"],
        password=known["password"],
        sslmode="require",
        connect_timeout=10,
        autocommit=True,  # databases are made and dropped outside of transactions
    )


def make(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Also finishes what a run before it began. Every run gives the role a new password."""
    known, own = sql.Identifier(name), secrets.token_urlsafe(PASSWORD_BYTES)
    # What the server gets is SCRAM's verifier, so that no log of statements has the password.
    verifier = connection.pgconn.encrypt_password(own.encode(), name.encode(), b"scram-sha-256").decode()
    if not there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
        connection.execute(sql.SQL("CREATE ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE").format(known))
    connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(known, sql.Literal(verifier)))
    # RDS's owner is no superuser: it makes a database for a role that it is a member of.
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(known))
    if not there(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(known, known))
    close(connection)
    value = json.dumps({"username": name, "password": own})
    boto3.client("secretsmanager").put_secret_value(SecretId=os.environ["OWN_SECRET_ARN"], SecretString=value)
    print(f"the database {name} is there, for the role {name} alone")


def close(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Every role may connect to every database until that is taken away: from all that this user owns."""
    owned = "SELECT datname FROM pg_database WHERE NOT datistemplate AND pg_has_role(datdba, 'USAGE')"
    for (database,) in connection.execute(owned).fetchall():
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(str(database))))


def drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """With all that is in it, whoever is connected."""
    known = sql.Identifier(name)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(known))
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(known))
    print(f"the database {name} and its role are gone")


def there(connection: psycopg.Connection[tuple[object, ...]], question: str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None


if __name__ == "__main__":
    with master() as connected:
        {"make": make, "drop": drop}[sys.argv[1]](connected, os.environ["OWN_DATABASE"])
