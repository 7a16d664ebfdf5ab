"""What a preview has announced: names of resources that later ones in the same run may use before they exist."""

from localcloud.provider.values import Props


class Promises:
    """The texts in what previews said they would make, by stack. A new run of a stack begins with none.

    The deployment after a preview is a run of its own, so it finds no promises: there everything must really exist.
    """

    def __init__(self) -> None:
        self._texts: dict[str, frozenset[str]] = {}

    def begin(self, urn: str) -> None:
        """A run configures its provider once, before all else."""
        self._texts.pop(stack_of(urn), None)

    def add(self, urn: str, state: Props) -> None:
        texts = {value for value in state.values() if isinstance(value, str)}
        self._texts[stack_of(urn)] = self.of(urn) | texts

    def of(self, urn: str) -> frozenset[str]:
        return self._texts.get(stack_of(urn), frozenset())


def stack_of(urn: str) -> str:
    """`urn:pulumi:<stack>::<project>`, with which the names of all its resources begin."""
    return "::".join(urn.split("::")[:2])
