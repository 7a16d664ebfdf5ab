"""The error that a request is answered with."""


class EngineError(Exception):
    """Carries the HTTP status and the message that the Docker client shows."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
