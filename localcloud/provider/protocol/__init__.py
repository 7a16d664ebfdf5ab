"""What Pulumi's engine sees: the gRPC server and the answers to its requests."""
