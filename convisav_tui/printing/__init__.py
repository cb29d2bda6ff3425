"""Labels, receipts, printer drivers, the spooler."""
