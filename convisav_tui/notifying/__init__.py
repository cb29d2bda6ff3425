"""Carries messages to customers: channels and the sender. Apprise is imported only by what delivers."""
