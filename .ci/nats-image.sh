#!/usr/bin/env bash
# The local cluster's stand-in for library/nats:2-alpine: the same program, built from the Go module proxy, on Debian with
# BusyBox, whose wget and nc are those of Alpine. Usage: nats-image.sh CLUSTER_SCRIPTS
set -euo pipefail
registry=10.244.0.1:5000 name=library/nats tag=2-alpine version=v2.12.1
accept='Accept: application/vnd.oci.image.manifest.v1+json'
if curl -fs -o /dev/null -H "$accept" "http://$registry/v2/$name/manifests/$tag"; then exit; fi
root=$(mktemp -d)
trap 'rm -rf "$root" "$root.tar"' EXIT
slim=(/usr/share/{doc,man,locale,info}/\*)
mmdebstrap --quiet --variant=minbase --include=busybox "${slim[@]/#/--dpkgopt=path-exclude=}" trixie "$root.tar"
tar -C "$root" --exclude='./dev/*' -xf "$root.tar"
for program in wget nc; do ln -s busybox "$root/usr/bin/$program"; done
CGO_ENABLED=0 GOBIN="$root/usr/local/bin" go install -ldflags='-s -w' "github.com/nats-io/nats-server/v2@$version"
"$1/image.sh" "$registry/$name:$tag" "$root" --config.entrypoint nats-server \
  --config.env PATH=/usr/local/bin:/usr/bin:/bin --config.exposedports 4222/tcp
