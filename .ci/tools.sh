#!/usr/bin/env bash
# The tools of others that tests ask for their judgement, where they are not in $CLUSTER_HOME/bin yet: kube-score, built, and
# Debian's promtool. Needs root, Go and apt.
set -euo pipefail
bin=${CLUSTER_HOME:-/var/lib/idp-cluster}/bin
kube_score=github.com/zegl/kube-score/cmd/kube-score@v1.20.0
mkdir -p "$bin"

if ! go version -m "$bin/kube-score" 2>/dev/null | grep -q "kube-score.${kube_score#*@}\b"; then
  GOBIN=$bin GOFLAGS=-mod=mod CGO_ENABLED=0 go install -ldflags '-s -w' "$kube_score"
fi

if [[ ! -x $bin/promtool ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  download=(apt-get -o APT::Sandbox::User=root -qq download prometheus)
  # A machine whose lists are missing or old cannot find the package.
  "${download[@]}" 2>/dev/null || { apt-get update -qq && "${download[@]}"; }
  dpkg -x prometheus_*.deb .
  install usr/bin/promtool "$bin/promtool"
fi
