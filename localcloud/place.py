"""Where one local cloud keeps its files and listens: everything follows from its port."""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
STACK = "local"
REGION = "us-east-1"
PORTS_FOR_DATABASES = 10
MAILBOX_PATH = "/_local/mailbox"  # on the gateway, and in the config of the stack `local`
HEALTH_PATH = "/_local/health"  # on the gateway: whether the emulator's state is saved


@dataclass(frozen=True, kw_only=True)
class Place:
    """One local cloud. `port` is the gateway's; `folder` holds all that must survive a stop."""

    port: int
    folder: Path

    @classmethod
    def of(cls, port: int, folder: Path | None = None) -> "Place":
        return cls(port=port, folder=(folder or ROOT / ".local" / str(port)).resolve())

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
    def logs(self) -> Path:
        return self.folder / "logs"

    @cached_property
    def sockets(self) -> Path:
        """A short folder for unix sockets, whose path may have 107 bytes at most; private to the user."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"localcloud-{os.getuid()}-{digest}"

    @property
    def engine_socket(self) -> Path:
        return self.sockets / "engine.sock"

    @property
    def docker_host(self) -> str:
        return os.environ.get("LOCALCLOUD_DOCKER_HOST") or f"unix://{self.engine_socket}"

    @cached_property
    def aws_environment(self) -> dict[str, str]:
        """What any AWS SDK or the aws command line needs to reach this local cloud, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @cached_property
    def pulumi_environment(self) -> dict[str, str]:
        """What the Pulumi CLI needs to deploy the stack `local` here, apart from the user's own login."""
        path = [str(Path(sys.prefix) / "bin"), str(TOOLS / "pulumi/bin"), os.environ.get("PATH", os.defpath)]
        return {
            **self.aws_environment,
            "PATH": os.pathsep.join(path),
            # The program of this checkout, wherever the packages' environment was installed from.
            "PYTHONPATH": str(ROOT),
            "DOCKER_HOST": self.docker_host,
            "PULUMI_HOME": str(self.folder / "pulumi-home"),
            # Without a second file beside each, which a kill in the middle of its writing makes unreadable.
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'pulumi'}?metadata=skip",
            # Public on purpose: what it encrypts is a state file on this machine, about servers on loopback.
            "PULUMI_CONFIG_PASSPHRASE": STACK,
            "PULUMI_DEBUG_PROVIDERS": f"aws:{self.provider_port}",
            # The program asks for the official plugin, which is large and is not what runs here.
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
