"""The files, ports and environment of one local cloud: its port determines all of them."""

import hashlib
import json
import os
import re
import secrets
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from localcloud.errors import LocalCloudError
from localcloud.signing import Credentials

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
STACK = "local"
# Of preview environments: pull requests, by their numbers. A stack's file, its state, and what may change it
# (bootstrap/rights.py) are known by a name of this form after the base's.
PREVIEW = "pr-[a-z0-9-]{1,20}"
REGION = "us-east-1"
MAILBOX_PATH = "/_local/mailbox"  # on the gateway, and in the config of the stack `local`
HEALTH_PATH = "/_local/health"  # on the gateway: whether the emulator's state is saved
# The laptop's provider names each creation, and asks by that name what came of one.
CREATION_HEADER = "x-localcloud-creation"
CREATED_HEADER = "x-localcloud-created"
CLEAR_FUNCTION = "localcloud:index:clear"  # of the provider: see localcloud/leftovers.py
# With a real Docker engine: the network of its containers, and this machine's address there. AWS's SDKs take a task's
# credentials from loopback and from this address only.
TASK_NETWORK = "localcloud"
TASK_GATEWAY = "169.254.170.2"
# What the emulator marks the containers of a local cloud with, before a colon and its port.
ENGINE_LABEL = "localcloud"
# A unix socket's path has 107 bytes at most; the longest name in the folder is supervisord's, with a process id.
SOCKETS_BYTES = 107 - len("/control.sock.4194304")


def preview_stack(base: str, preview: str) -> str:
    """The name of a preview environment's stack."""
    if not re.fullmatch(PREVIEW, preview):
        raise LocalCloudError(
            f"PREVIEW: must be pr- and up to 20 lower-case letters, digits or hyphens, got {preview!r}; write for"
            " example PREVIEW=pr-12"
        )
    return f"{base}-{preview}"


def refuse_shared(folder: Path) -> None:
    """Fail if the folder exists and another user owns it or can enter it.

    Its name can be guessed and /tmp is open to everyone, so another user could create it first and put sockets in it;
    what answers on those sockets starts programs as this user.
    """
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise LocalCloudError(
            f"{folder}: must be a folder of user {os.getuid()} that nobody else can enter (mode 700), got"
            f" {stat.filemode(found.st_mode)} of user {found.st_uid}; delete it, or set TMPDIR to a folder of yours"
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """One local cloud, and the stack there that a command is about.

    `port` is the gateway's; `folder` holds all that must survive a stop. `preview`: an environment beside the stack
    `local`.
    """

    port: int
    folder: Path
    preview: str | None = None

    @classmethod
    def of(cls, port: int, folder: Path | None = None, preview: str | None = None) -> "Place":
        return cls(port=port, folder=(folder or ROOT / ".local" / str(port)).resolve(), preview=preview)

    @property
    def stack(self) -> str:
        return preview_stack(STACK, self.preview) if self.preview else STACK

    @property
    def of_base(self) -> "Place":
        return replace(self, preview=None)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def provider_port(self) -> int:
        return self.port + 1

    @property
    def database_port(self) -> int:
        """The first port for RDS instances."""
        return self.port + 2

    @property
    def smtp_port(self) -> int:
        """Where SES's SMTP endpoint is."""
        return self.port + 8

    @property
    def cache_port(self) -> int:
        """The first port for caches of ElastiCache."""
        return self.port + 10

    @property
    def dev_port(self) -> int:
        """Where `make dev` serves the site."""
        return self.port + 9

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @cached_property
    def sockets(self) -> Path:
        """A short folder for unix sockets that only this user can enter; it need not exist."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"localcloud-{os.getuid()}-{digest}"
        if len(os.fsencode(folder)) > SOCKETS_BYTES:
            raise LocalCloudError(
                f"TMPDIR: the path of the sockets' folder must have {SOCKETS_BYTES} bytes at most, got {folder};"
                " set TMPDIR to a folder with a shorter path, such as /tmp"
            )
        refuse_shared(folder)
        return folder

    @property
    def journal(self) -> Path:
        """Where the provider notes creations until Pulumi's state has them: JSON, by URN."""
        return self.folder / "journal.json"

    def make_folder(self) -> None:
        """The state holds passwords, so nobody else may enter."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def make_folders(self) -> None:
        """Make what the local cloud's processes need to exist."""
        self.make_folder()
        for folder in (self.logs, self.folder / "pulumi"):
            folder.mkdir(exist_ok=True)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        refuse_shared(self.sockets)

    @property
    def engine_socket(self) -> Path:
        return self.sockets / "engine.sock"

    @property
    def control_socket(self) -> Path:
        """supervisord's."""
        return self.sockets / "control.sock"

    @property
    def engine_file(self) -> Path:
        """Holds the address of the real Docker engine that this local cloud runs on; absent with the process engine."""
        return self.folder / "docker-engine"

    @property
    def docker_engine(self) -> str | None:
        """The `DOCKER_HOST` of the real engine; None with the process engine."""
        return self.engine_file.read_text().strip() if self.engine_file.exists() else None

    @property
    def docker_host(self) -> str:
        return self.docker_engine or f"unix://{self.engine_socket}"

    @cached_property
    def credentials(self) -> Credentials:
        """Random, made at the first use. Who has them may do everything in this local cloud."""
        file = self.folder / "credentials.json"
        if not file.exists():
            self.make_folder()
            made = {"access_key": f"LOCAL{secrets.token_hex(8).upper()}", "secret_key": secrets.token_urlsafe(30)}
            # A temporary file is for its owner only. Of two commands at once, the first wins.
            with tempfile.NamedTemporaryFile("w", dir=self.folder) as unfinished, suppress(FileExistsError):
                json.dump(made, unfinished)
                unfinished.flush()
                os.fsync(unfinished.fileno())
                file.hardlink_to(unfinished.name)
        return Credentials(**json.loads(file.read_text()))

    @cached_property
    def aws_environment(self) -> dict[str, str]:
        """What any AWS SDK or the aws command line needs to reach this local cloud, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # The user's own could name other endpoints and credentials.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @cached_property
    def pulumi_environment(self) -> dict[str, str]:
        """What the Pulumi CLI needs to deploy the stack `local` here, apart from the user's own login."""
        path = [str(Path(sys.prefix) / "bin"), str(TOOLS / "pulumi/bin"), os.environ.get("PATH", os.defpath)]
        return {
            **self.aws_environment,
            "PATH": os.pathsep.join(path),
            "DOCKER_HOST": self.docker_host,
            "PULUMI_HOME": str(self.folder / "pulumi-home"),
            # Without a metadata file beside each state file: a kill while Pulumi writes it leaves it unreadable.
            "PULUMI_BACKEND_URL": f"file://{quote(str(self.folder / 'pulumi'))}?metadata=skip",
            # Not a secret: it encrypts a state file on this machine that describes servers on loopback.
            "PULUMI_CONFIG_PASSPHRASE": STACK,
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.provider_port}",
            # The program requires the official AWS plugin; the embedded provider runs instead, so skip the download.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # What is asked about the owner's domain, in place of the world's resolvers.
            "DNS_SERVER": f"127.0.0.1:{self.port}",
            # Where tasks find SES's SMTP endpoint: AWS_ENDPOINT_URL is for AWS's APIs alone.
            "AWS_SES_SMTP_ENDPOINT": f"{TASK_GATEWAY if self.docker_engine else '127.0.0.1'}:{self.smtp_port}",
        }
