#!/usr/bin/env bash
# fuzz.sh TARGET SECONDS: looks for inputs that break the DNS responder, with Jazzer (coverage-guided).
# TARGET is wire, engine, tcp, zone or all. What is worth keeping goes into dns-responder/src/test/resources/fuzz, which
# every build runs again; an input that breaks something is left in dns-responder/target/fuzz/TARGET, and the exit status
# is not 0. Needs a JDK 25 and, the first time, Maven Central.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${1:-} seconds=${2:-}
[[ $target =~ ^(wire|engine|tcp|zone|all)$ && $seconds =~ ^[0-9]+$ ]] || {
  sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
}
# shellcheck source=../../.mvn/wrapper/find-jdk.sh
source "$home/.mvn/wrapper/find-jdk.sh"
find_jdk || exit 1

module=$home/dns-responder
kept=$module/src/test/resources/fuzz
mkdir -p "$module/target/fuzz" "$kept"
"$home/mvnw" -q -B -Pfuzz -f "$home/pom.xml" -pl dns-responder test-compile \
  dependency:build-classpath -Dmdep.outputFile=target/fuzz/classpath
classpath=$module/target/classes:$module/target/test-classes:$(<"$module/target/fuzz/classpath")

jazzer() {
  "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC -XX:+EnableDynamicAgentLoading \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "$classpath" \
    com.code_intelligence.jazzer.Jazzer --instrumentation_includes='dev.mpp.dns.**' \
    --custom_hook_includes='dev.mpp.dns.**' "$@"
}

corpus() {
  "$JAVA_HOME/bin/java" -cp "$classpath" dev.mpp.dns.FuzzCorpus "$@"
}

fuzz() {
  local name=$1 class=$2 longest=$3 work=$module/target/fuzz/$1
  mkdir -p "$work/inputs"
  corpus unpack "$kept/$name.b64" "$work/inputs"
  cd "$work"
  # One input takes microseconds: 60 s by the clock is an endless loop even where other programs leave little time.
  jazzer --target_class="dev.mpp.dns.$class" -max_total_time="$seconds" -max_len="$longest" -timeout=60 \
    -rss_limit_mb=2048 -print_final_stats=1 inputs 2>&1 | tee log |
    grep --line-buffered -E '^#[0-9]+|^==|stat::|Exception' || true
  if grep -q '^== libFuzzer crashing input\|libFuzzer: timeout\|out-of-memory' log; then
    echo "$name: broken by an input, see $work/log" >&2
    return 1
  fi
  # All of them took a way that was new. (Jazzer's -merge, which would find the fewest, fails in its helper processes.)
  corpus pack inputs "$kept/$name.b64"
  echo "$name: $(wc -l <"$kept/$name.b64") inputs kept"
}

failed=0
for one in wire:WireFuzz:1500 engine:EngineFuzz:1500 tcp:TcpFuzz:4096 zone:ZoneFileFuzz:2048; do
  IFS=: read -r name class longest <<<"$one"
  if [[ $target == all || $target == "$name" ]]; then
    (fuzz "$name" "$class" "$longest") || failed=1
  fi
done
exit $failed
