#!/usr/bin/env bash
# The app that the cluster's tests run: a server in Python with a client of Postgres and one of Redis. Usage: app-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
image=shop/orders:1.0.0
if pushed "$image"; then exit; fi
debian "$work/debian.tar" python3-psycopg2,python3-redis
unpack "$work/debian.tar"
install -D -m 644 "$(dirname "$0")/../test/cluster/app/server.py" "$root/srv/server.py"
"$1/image.sh" "$registry/$image" "$root" --config.entrypoint python3 --config.cmd /srv/server.py \
  --config.env PATH=/usr/local/bin:/usr/bin:/bin --config.exposedports 8080/tcp
