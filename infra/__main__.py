"""What `pulumi up` runs."""

import atexit
import gc

# A program of seconds: looking for garbage takes a quarter of its time, and the end of the process frees all of it.
# Python looks once more when it exits, also where the collector is off: there is nothing to look at after `freeze`.
gc.disable()
atexit.register(gc.freeze)

import infra.lazy_aws  # noqa: E402, F401, I001  # before pulumi_aws

import pulumi  # noqa: E402

from infra import program  # noqa: E402
from infra.config.load import load  # noqa: E402

# The SDK tells what it does in some 500 calls to Pulumi's engine, which drops them all: a sixth of the time of an `up`
# without changes. Take this line out to see them with `pulumi up --debug`.
pulumi.log.debug = lambda *_, **__: None

for name, value in program.build(load()).items():
    pulumi.export(name, value)
