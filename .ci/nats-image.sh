#!/usr/bin/env bash
# The local cluster's stand-in for library/nats:2-alpine: the same program, built from the Go module proxy, on Debian with
# BusyBox, whose wget and nc are those of Alpine. Usage: nats-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
image=library/nats:2-alpine version=v2.12.1
if pushed "$image"; then exit; fi
debian "$work/debian.tar" busybox
unpack "$work/debian.tar"
for program in wget nc; do ln -s busybox "$root/usr/bin/$program"; done
CGO_ENABLED=0 GOBIN="$root/usr/local/bin" go install -ldflags='-s -w' "github.com/nats-io/nats-server/v2@$version"
"$1/image.sh" "$registry/$image" "$root" --config.entrypoint nats-server \
  --config.env PATH=/usr/local/bin:/usr/bin:/bin --config.exposedports 4222/tcp
