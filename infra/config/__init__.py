"""Stack config: all that differs between stacks, read from `Pulumi.<stack>.yaml` and checked before any resource."""
