#!/usr/bin/env bash
# Starts the local cluster's simulator of AWS, moto, as test/aws/moto_server.py has it; ends the one that ran before, with all that
# it held. Usage: simulator.sh CLUSTER_SCRIPTS
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scripts=$(realpath "$1")
export CLUSTER_HOME=${CLUSTER_HOME:-/var/lib/idp-cluster}
moto=$CLUSTER_HOME/moto pid=$CLUSTER_HOME/run/moto.pid
[[ -x $moto/bin/python3 ]] || python3 -m venv "$moto"
"$moto/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5' 'cbor2==6.3.0'
{ echo "#!$moto/bin/python3"; cat "$here/moto_server.py"; } >"$moto/bin/moto_server"
if [[ -f $pid ]] && grep -qz moto_server "/proc/$(<"$pid")/cmdline" 2>/dev/null; then kill "$(<"$pid")"; fi
rm -f "$pid"
# It builds a package, and takes the folder examples of where it is run for its.
(cd "$scripts" && ./aws.sh up)
