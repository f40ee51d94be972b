"""The command psr: one module a verb."""
