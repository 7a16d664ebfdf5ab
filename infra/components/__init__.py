"""The parts of the stack that `infra/program.py` puts together: one component a file."""
