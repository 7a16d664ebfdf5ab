"""What `pulumi up` runs."""

import pulumi

from infra import config, program

for name, value in program.build(config.load()).items():
    pulumi.export(name, value)
