"""What keeps data: database, cache and bucket."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from infra.config.section import Section
from infra.config.values import BucketName, CacheNodeType, InstanceClass, Origin, PostgresVersion, Problem, SnapshotName


class RestoreConfig(Section):
    snapshot: SnapshotName | None = Field(None, description="Snapshot that holds the data.")
    source: str | None = Field(
        None, description="With `at`: RDS's resource id of the instance whose automatic backups hold the data."
    )
    at: str | None = Field(None, description="Moment, in UTC, whose data is wanted.")

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._either(),)

    def _either(self) -> Iterator[Problem]:
        if bool(self.snapshot) == bool(self.source and self.at):
            yield Problem(
                key="snapshot",
                rule="must be there, or else source and at",
                remedy="remove `restore`, and let `make restore` write it",
            )


class DatabaseConfig(Section):
    version: PostgresVersion = Field(
        "18",
        description="Major version of PostgreSQL; RDS keeps its minor version up to date by itself. `make"
        " upgrade-database` writes a newer one, after a snapshot; the database does not answer meanwhile, and an older"
        " one is refused by RDS.",
    )
    instance_class: InstanceClass = Field("db.t4g.micro", description="RDS class; a change restarts the database.")
    storage_gib: int = Field(
        20, ge=20, le=16384, description="Encrypted gp3 storage in GiB; it can grow but not shrink."
    )
    max_storage_gib: int = Field(
        50, ge=22, le=65536, description="Size in GiB up to which RDS grows the storage when it runs full."
    )
    backup_days: int = Field(1, ge=0, le=35, description="Days that automatic backups are kept; 0 makes none.")
    multi_az: bool = Field(False, description="Keep a standby in a second zone; doubles the price of the database.")
    ssl_mode: Literal["require", "verify-full"] = Field(
        "verify-full",
        description="How the back end connects: `verify-full` also checks the certificate and the name of the database;"
        " `require` encrypts and checks neither.",
    )

    snapshot_identifier: SnapshotName | None = Field(
        None,
        description="Snapshot that a new database is restored from, such as the final one of a stack that was released."
        " It is read when the database is made, and has no effect on one that is there. Default: an empty database.",
    )

    restore: RestoreConfig | None = Field(
        None,
        description="Data that takes the place of the database's: `make restore` writes it, and takes it out again when"
        " the stack runs on a database made of it. Default: nothing is restored.",
    )

    @property
    def names_version(self) -> bool:
        """Whether the settings say it themselves."""
        return "version" in self.model_fields_set

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._storage(),)

    def _storage(self) -> Iterator[Problem]:
        least = -(-self.storage_gib * 11 // 10)  # rounded up, in whole numbers: 100 * 1.1 is above 110
        if self.max_storage_gib < least:
            yield Problem(
                key="maxStorageGib",
                rule=f"must be at least 10% above storageGib ({self.storage_gib}), as RDS asks,"
                f" got {self.max_storage_gib}",
                remedy=f"write {least} or more",
            )


class CacheConfig(Section):
    node_type: CacheNodeType = Field(
        "cache.t4g.micro",
        description="ElastiCache node type of the one node; `cache.t4g.micro` has 0.5 GiB of memory and costs 9.34 USD"
        " a month. A change takes minutes and keeps what is in the cache. There are no backups: a node that fails is"
        " replaced by an empty one, and a destroy takes all of it, whatever the recipe of the stack says about data.",
    )
    tls: bool = Field(
        True,
        description="Whether clients connect with TLS, by a URL that begins with `rediss://`. A change replaces the"
        " cache by an empty one.",
    )


class StorageConfig(Section):
    noncurrent_days: int = Field(
        30, ge=1, le=3650, description="Days that overwritten and deleted files can be restored."
    )
    existing_bucket: BucketName | None = Field(
        None,
        description="Bucket that is there already, such as the one that a released stack left: the stack uses it, sets"
        " it up like its own, and never deletes it. Default: the stack makes a bucket.",
    )
    extra_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins, besides the bucket's own, that pages may fetch files from: where an endpoint before S3"
        " answers.",
    )
    page_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins, besides the site's own, whose pages may use the bucket's presigned requests; one `*` in"
        " each: where `make dev` serves the site.",
        examples=["['http://localhost:*']"],
    )
