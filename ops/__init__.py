"""What people do with a stack that runs: the same commands for the laptop's and for those on AWS."""
