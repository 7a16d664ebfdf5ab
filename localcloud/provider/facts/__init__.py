"""What is known of the types: their properties, and what the emulator does not keep."""
