"""The steps of the stack: what `infra/program.py` makes, in its order."""
