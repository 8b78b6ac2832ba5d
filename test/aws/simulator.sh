#!/usr/bin/env bash
# Starts the local cluster's simulator of AWS, in which each instance of RDS has an id of its own: moto gives one to all of them,
# by which provider-aws takes a restored instance for the one that it was restored of. Nor is one that was restored to a point in
# time a replica of its source, as moto reports it. Usage: simulator.sh CLUSTER_SCRIPTS
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
restored='new_instance_props["db_instance_identifier"] = target_db_identifier'
sed -i "s/^        $(printf %s "$restored" | sed 's/[][]/\\&/g')\$/&; new_instance_props.pop(\"source_db_instance_identifier\", None)/" "$models"
grep -q 'target_db_identifier; new_instance_props.pop' "$models"
# It builds a package, and takes the folder examples of where it is run for its.
(cd "$scripts" && ./aws.sh up)
