"""What needs no Pulumi resource: names, addresses, arithmetic, policies. Plain functions, tested as data."""
