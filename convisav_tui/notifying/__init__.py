"""Channels and the sender of messages."""
