"""The error that commands show to people."""


class OperationError(Exception):
    """A problem for the user to solve; printed without a stack trace."""


NO_PULUMI = "pulumi: not found on PATH; https://www.pulumi.com/docs/install/ has it"
