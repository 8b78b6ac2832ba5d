#!/usr/bin/env bash
# The local cluster's stand-in for amazon/aws-cli: Debian's package of the same version 2, with the official image's entrypoint.
# Usage: aws-cli-image.sh CLUSTER_SCRIPTS
set -euo pipefail
registry=10.244.0.1:5000 name=amazon/aws-cli tag=2
accept='Accept: application/vnd.oci.image.manifest.v1+json'
if curl -fs -o /dev/null -H "$accept" "http://$registry/v2/$name/manifests/$tag"; then exit; fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
slim=(/usr/share/{doc,man,locale,info}/\*)
mmdebstrap --quiet --variant=minbase --include=awscli "${slim[@]/#/--dpkgopt=path-exclude=}" trixie "$root.tar"
tar -C "$root" --exclude='./dev/*' -xf "$root.tar"
rm "$root.tar"
"$1/image.sh" "$registry/$name:$tag" "$root" --config.entrypoint aws --config.env PATH=/usr/local/bin:/usr/bin:/bin
