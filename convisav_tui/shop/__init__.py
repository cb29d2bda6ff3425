"""The shop's rules: one module a capability."""
