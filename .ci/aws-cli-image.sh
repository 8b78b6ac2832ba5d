#!/usr/bin/env bash
# The local cluster's stand-in for amazon/aws-cli: Debian's package of the same version, with the official image's entrypoint.
# Usage: aws-cli-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
image=amazon/aws-cli:2.23.6
if pushed "$image"; then exit; fi
debian "$work/debian.tar" awscli
unpack "$work/debian.tar"
"$1/image.sh" "$registry/$image" "$root" --config.entrypoint aws --config.env PATH=/usr/local/bin:/usr/bin:/bin
