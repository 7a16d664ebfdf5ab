"""The AWS emulator: MiniStack, in an environment of its own, with what the local cloud needs beyond it."""
