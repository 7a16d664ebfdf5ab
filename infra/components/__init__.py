"""The parts of the stack that `infra/stack/` puts together: one component a file."""
