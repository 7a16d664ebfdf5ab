"""The parts of the stack that `infra/stack/` puts together: one component a file."""

import infra.lazy_aws  # noqa: F401  # before pulumi_aws, whoever imports a component
