"""Small Textual applications to compare with: the least there can be, and a shop counter made the usual way."""
