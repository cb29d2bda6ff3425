"""convisav-tui: the repair counter and workshop at the keyboard."""

__version__ = "0.1.0"
