"""Tables, transactions, queries, search, migrations, backup."""
