# What the scripts here share that push stand-ins for public images to the local cluster's registry. To be sourced.
registry=10.244.0.1:5000
export CLUSTER_HOME=${CLUSTER_HOME:-/var/lib/idp-cluster}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"

# pushed NAME:TAG: whether the registry has it.
pushed() {
  curl -fs -o /dev/null -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/${1%:*}/manifests/${1##*:}"
}

# unpack TAR: makes an image's file system of it.
unpack() {
  tar -C "$root" --exclude='./dev/*' -xf "$1"
}

# debian TAR PACKAGE: writes a minimal Debian with a package. The JRE's alternatives need the folders of man pages.
debian() {
  local slim=(/usr/share/{doc,locale,info}/\*)
  mmdebstrap --quiet --variant=minbase --include="$2" "${slim[@]/#/--dpkgopt=path-exclude=}" trixie "$1"
}
