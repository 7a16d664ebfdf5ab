"""Tests of the provider that need neither an emulator nor a process: together they take seconds."""
