#!/bin/sh
# Boots a real Xen under emulation and runs cases of Tests/XenHarness in its dom0, by default all:
# test-xen.sh VITALS [CASE...]. If this host does not meet a requirement, prints one line and exits
# with 0.
set -eu
cd "$(dirname "$0")/.."
vitals=$1
shift
cache=.build/xen
skip() {
  echo "skipped: $*"
  exit 0
}
[ "$(uname -m)" = x86_64 ] || skip "the harness requires x86-64"
for command in qemu-system-x86_64 cc gunzip xz sha256sum; do
  command -v $command >/dev/null 2>&1 || skip "no $command"
done

status=0
output=$(Tests/XenHarness/fetch.sh $cache 2>&1) || status=$?
[ $status -ne 77 ] || skip "$output"
echo "$output"
[ $status -eq 0 ] || exit 1
Tests/XenHarness/build.sh $cache
Tests/XenHarness/pack.sh $cache "$vitals" "$@"
exec Tests/XenHarness/run.sh $cache
