"""What a stack needs and costs, from its configuration alone: nothing is asked."""
