"""Dated country packs as data, and the code that reads them."""
