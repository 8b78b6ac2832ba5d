#!/usr/bin/env bash
# The local cluster's stand-in for library/postgres lacks the official image's user 999, without which initdb refuses to run
# as it. Usage: postgres-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
unpack "$CLUSTER_HOME/images/postgres.tar"
sed -i -E 's/^postgres:x:[0-9]+:[0-9]+:/postgres:x:999:999:/' "$root/etc/passwd"
sed -i -E 's/^postgres:x:[0-9]+:/postgres:x:999:/' "$root/etc/group"
chown -R 999:999 "$root/var/lib/postgresql" "$root/var/run/postgresql" 2>/dev/null || true
install -m 755 "$1/images/postgres-entrypoint" "$root/usr/local/bin/docker-entrypoint.sh"
"$1/image.sh" "$registry/library/postgres:17" "$root" --config.entrypoint docker-entrypoint.sh --config.cmd postgres \
  --config.env PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin --config.exposedports 5432/tcp
