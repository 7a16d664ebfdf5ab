#!/bin/sh
set -e
echo "before the start"
exec "$@"
