"""The embedded AWS provider: the official provider's resource types, on the emulator of the local cloud."""
