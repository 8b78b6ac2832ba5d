#!/usr/bin/env bash
# A stand-in for softwaremill/elasticmq-native:1.7.1 in the local cluster's registry, where no public registry is reached: the
# same release from Maven Central on Debian's JRE, with the official image's program, configuration file and volume.
# Usage: sqs-image.sh CLUSTER_SCRIPTS
set -euo pipefail
source "$(dirname "$0")/stand-in.sh"
version=1.7.1 image=softwaremill/elasticmq-native:$version
if pushed "$image"; then exit; fi
base=$CLUSTER_HOME/images/jre.tar
if [[ ! -f $base ]]; then
  debian "$work/jre.tar" openjdk-21-jre-headless
  mv "$work/jre.tar" "$base"
fi
unpack "$base"

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
"$1/image.sh" "$registry/$image" "$root" --config.entrypoint /opt/elasticmq/bin/elasticmq-native-server \
  --config.entrypoint -Dconfig.file=/opt/elasticmq.conf --config.volume /data --config.exposedports 9324/tcp
