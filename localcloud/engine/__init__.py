"""The process engine: answers the Docker Engine API calls that the local cloud makes, and runs images as processes."""
