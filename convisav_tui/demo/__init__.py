"""A ready shop to try: invented people, a printer and mail server that write to a folder."""
