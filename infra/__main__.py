"""What `pulumi up` runs."""

import gc

# A program of seconds: looking for garbage takes a quarter of its time, and the end of the process frees all of it.
gc.disable()

import infra.lazy_aws  # noqa: E402, F401, I001  # before pulumi_aws

import pulumi  # noqa: E402

from infra import config, program  # noqa: E402

for name, value in program.build(config.load()).items():
    pulumi.export(name, value)
