"""Keeps states readable that were written when the steps were in `infra.providers`.

Such a state names a step as `infra.providers.image_build.ImageBuild`, and Pulumi asks that name whenever it refreshes
or deletes a resource that has not been updated since. Nothing else may use this module. Delete it when no stack has
such a state any more: `pulumi stack export` shows the pickles, in base64, as `__provider`.
"""

import sys

from infra.steps import access_password, deployment, image_build, migration_run

# Importing `infra.providers.image_build` imports this module first, and then finds what it has put here.
for module in (access_password, deployment, image_build, migration_run):
    sys.modules[module.__name__.replace("infra.steps", "infra.providers")] = module
