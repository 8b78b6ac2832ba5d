#!/usr/bin/env bash
# The local cluster's stand-in for versity/versitygw: the same program, built from the Go module proxy, on Debian in place of
# Alpine. Usage: s3-image.sh CLUSTER_SCRIPTS
set -euo pipefail
export CLUSTER_HOME=${CLUSTER_HOME:-/var/lib/idp-cluster}
registry=10.244.0.1:5000 name=versity/versitygw version=v1.8.0
accept='Accept: application/vnd.oci.image.manifest.v1+json'
if curl -fs -o /dev/null -H "$accept" "http://$registry/v2/$name/manifests/$version"; then exit; fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -C "$root" --exclude='./dev/*' -xf "$CLUSTER_HOME/images/valkey.tar"
CGO_ENABLED=0 GOBIN="$root/usr/local/bin" go install -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$version"
"$1/image.sh" "$registry/$name:$version" "$root" --config.entrypoint versitygw \
  --config.env PATH=/usr/local/bin:/usr/bin:/bin --config.exposedports 7070/tcp
