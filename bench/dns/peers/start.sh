#!/bin/bash
# start.sh NAME WORKERS CPUSET: run one peer in the foreground with the comparison zone; NAME is nsd, knot, gdnsd, pdns or named.
# Its files live under $WORK (default: a new temporary folder). Debian packages: nsd knot gdnsd pdns-server pdns-backend-bind bind9.
set -eu
name=$1 workers=$2 cpus=$3
here=$(cd "$(dirname "$0")" && pwd)
P=${WORK:-$(mktemp -d)}; mkdir -p "$P"
cp -r "$here/$name" "$P/"; cp "$here/zone.db" "$P/$name/gslb.test.zone"
sed -i "s#@P@#$P#g; s/@W@/$workers/g" $(find "$P/$name" -type f)
chmod -R u+w "$P/$name"
cd "$P/$name"
pin="taskset -c $cpus"
case $name in
nsd) exec $pin nsd -d -c "$P/nsd/nsd.conf" ;;
knot) mkdir -p run db; exec $pin knotd -c "$P/knot/knot.conf" ;;
gdnsd) mkdir -p run state; exec $pin gdnsd -c "$P/gdnsd" start ;;
pdns) exec $pin pdns_server --config-dir="$P/pdns" ;;
named) exec $pin named -f -n "$workers" -c "$P/named/named.conf" ;;
esac
