"""Tests of the notifying room."""
