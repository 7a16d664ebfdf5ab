"""How a resource type is defined: its calls, its rules and the templates in them."""
