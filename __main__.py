"""Where `pulumi` starts. In this folder, and not in infra/, because Pulumi looks for `.venv` where the program is."""

import infra.__main__  # noqa: F401 (to import it is to run it)
