#!/bin/sh
# Starts small guests and a publisher, and shows the output of the main commands.
set -eu
vitals=$1
show() {
  printf '\n$ vitals %s\n' "$*"
  "$vitals" "$@"
}
"$vitals" demo --vms 4 --vcpus 2 --for 30s &
demo=$!
trap 'kill $demo 2>/dev/null || true' EXIT INT TERM
sleep 2
show list 'kvm/**'
show watch --every 1s --count 3 'kvm/**'
show watch kvm --aggregate sum,max --every 1s --count 2
show show kvm/demo-halt-timer/vcpu0 --every 1s
show describe halt_poll_fail_ns
show watch app/demo --enable lock --every 1s --count 2
show show app/demo/link --every 1s
show describe served
show check
show check --all /dev/shm/vitals/app/demo.table
