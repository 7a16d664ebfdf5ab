"""Which of the user's variables the local cloud's programs get.

Variables of other projects lead tools elsewhere: AWS_PROFILE, AWS_ENDPOINT_URL_S3, DOCKER_TLS_VERIFY, HTTP_PROXY,
PYTHONWARNINGS and many more. So a program gets a few that are known to be harmless, and what the local cloud sets.
"""

from collections.abc import Iterable, Mapping

HARMLESS = frozenset(
    [
        "COLORTERM",
        "FORCE_COLOR",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LOGNAME",
        "NO_COLOR",
        "PATH",
        "SHELL",
        "TEMP",
        "TERM",
        "TMP",
        "TMPDIR",
        "TZ",
        "USER",
    ]
)
HARMLESS_PREFIXES = ("LC_",)
# How pip, Poetry and npm reach their registries; for what installs packages alone.
PROXIES = ("all_proxy", "http_proxy", "https_proxy", "no_proxy")
AUTHORITIES = ("curl_ca_bundle", "node_extra_ca_certs", "requests_ca_bundle", "ssl_cert_dir", "ssl_cert_file")
REGISTRY_PREFIXES = ("npm_config_", "pip_", "poetry_")
# What leads the tools that a shell with `make env` runs: pulumi, aws, docker, python.
LEADING_PREFIXES = ("AWS_", "BOTO_", "DOCKER_", "PULUMI_", "PYTHON")
# Loopback is never behind a proxy. Some tools read only one of the two.
NO_PROXY = ("NO_PROXY", "no_proxy")
LOOPBACK = "127.0.0.1,localhost,.localhost"


def harmless(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name in HARMLESS or name.startswith(HARMLESS_PREFIXES)}


def of_registries(variables: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in variables.items()
        if name.lower() in (*PROXIES, *AUTHORITIES) or name.lower().startswith(REGISTRY_PREFIXES)
    }


def leading(names: Iterable[str]) -> list[str]:
    """Those that a shell must not have while it works on a local cloud."""
    return [name for name in names if name.startswith(LEADING_PREFIXES)]


def without_proxy(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that keep loopback from the user's proxy."""
    return {name: ",".join(filter(None, [variables.get(name), LOOPBACK])) for name in NO_PROXY}
