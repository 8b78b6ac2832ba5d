#!/usr/bin/env bash
# Starts the local cluster's simulator of AWS, in which each instance of RDS has an id of its own: moto gives one to all of them,
# by which provider-aws takes a restored instance for the one that it was restored of. Usage: simulator.sh CLUSTER_SCRIPTS
set -euo pipefail
scripts=$(realpath "$1")
export CLUSTER_HOME=${CLUSTER_HOME:-/var/lib/idp-cluster}
moto=$CLUSTER_HOME/moto
if [[ ! -x $moto/bin/moto_server ]]; then
  python3 -m venv "$moto"
  "$moto/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5'
fi
models=$("$moto/bin/python" -c 'import moto.rds.models as models; print(models.__file__)')
sed -i 's/self.dbi_resource_id = "db-[A-Z0-9]*"/self.dbi_resource_id = "db-" + __import__("secrets").token_hex(13).upper()/' "$models"
grep -q 'self.dbi_resource_id = "db-" + __import__' "$models"
# It builds a package, and takes the folder examples of where it is run for its.
(cd "$scripts" && ./aws.sh up)
