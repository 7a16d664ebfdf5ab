"""What `pulumi up` runs."""

import pulumi

from infra import program
from infra.config.load import load

for name, value in program.build(load()).items():
    pulumi.export(name, value)
