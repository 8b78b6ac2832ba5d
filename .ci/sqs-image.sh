#!/usr/bin/env bash
# A stand-in for softwaremill/elasticmq-native:1.7.1 in the local cluster's registry, where no public registry is reached: the
# same release from Maven Central on Debian's JRE, with the official image's program, configuration file and volume.
# Usage: sqs-image.sh CLUSTER_SCRIPTS
set -euo pipefail
export CLUSTER_HOME=${CLUSTER_HOME:-/var/lib/idp-cluster}
registry=10.244.0.1:5000 name=softwaremill/elasticmq-native version=1.7.1
if curl -fs -o /dev/null -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/$name/manifests/$version"; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root base=$CLUSTER_HOME/images/jre.tar
mkdir -p "$root" "$CLUSTER_HOME/images"
if [[ ! -f $base ]]; then
  # The JRE's alternatives need the folders of man pages.
  slim=(/usr/share/{doc,locale,info}/\*)
  mmdebstrap --quiet --variant=minbase --include=openjdk-21-jre-headless "${slim[@]/#/--dpkgopt=path-exclude=}" trixie "$work/jre.tar"
  mv "$work/jre.tar" "$base"
fi
tar -C "$root" --exclude='./dev/*' -xf "$base"

cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stand-in</groupId><artifactId>elasticmq-native</artifactId><version>$version</version>
  <dependencies>
    <dependency><groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
mvn --quiet --batch-mode --file "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$root/opt/elasticmq/lib"

mkdir -p "$root/opt/elasticmq/bin" "$root/data"
cat >"$root/opt/elasticmq/bin/elasticmq-native-server" <<'SERVER'
#!/bin/sh
exec java -XX:MaxRAMPercentage=60 -XX:+UseSerialGC -XX:-UsePerfData "$@" -cp '/opt/elasticmq/lib/*' org.elasticmq.server.Main
SERVER
chmod 755 "$root/opt/elasticmq/bin/elasticmq-native-server"
echo 'include classpath("application.conf")' >"$root/opt/elasticmq.conf"
"$1/image.sh" "$registry/$name:$version" "$root" --config.entrypoint /opt/elasticmq/bin/elasticmq-native-server \
  --config.entrypoint -Dconfig.file=/opt/elasticmq.conf --config.volume /data --config.exposedports 9324/tcp
