#!/usr/bin/env bash
# The local cluster's stand-in for versity/versitygw: the same program, built from the Go module proxy, on Debian in place of
# Alpine. Usage: s3-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
version=v1.8.0 image=versity/versitygw:$version
if pushed "$image"; then exit; fi
unpack "$CLUSTER_HOME/images/valkey.tar"
CGO_ENABLED=0 GOBIN="$root/usr/local/bin" go install -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$version"
"$1/image.sh" "$registry/$image" "$root" --config.entrypoint versitygw \
  --config.env PATH=/usr/local/bin:/usr/bin:/bin --config.exposedports 7070/tcp
