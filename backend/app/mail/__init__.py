"""Mail: from one configured address to one configured address."""
