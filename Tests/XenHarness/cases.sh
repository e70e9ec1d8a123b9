#!/bin/sh
# Creates the domains of the cases (web1 runs, db1 is paused), runs each file of cases/ in its own
# shell, and prints `ok`, `FAILED` or `skipped` with its name and its indented output. Exits with 1
# if a case failed.
cd /harness
PATH=/bin
export PATH

echo "== cases ($(cut -d' ' -f1 /proc/uptime) s after the kernel's start)"
xenstored --pid-file /run/xenstored.pid
xenstore-write /local/domain/0/domid 0 /local/domain/0/name Domain-0

# As a toolstack does: the name is in xenstore, the UUID also in the hypervisor.
start() { # NAME UUID LOAD
  id=$(domains run /harness/guest.elf "$3" "$2") || return
  mkdir -p /run/domains
  echo "$id" >"/run/domains/$1"
  xenstore-write "/local/domain/$id/domid" "$id" "/local/domain/$id/name" "$1" \
    "/local/domain/$id/vm" "/vm/$2" "/vm/$2/name" "$1" "/vm/$2/uuid" "$2"
}
start web1 6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b01 '30 10'
start db1 6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b02 '15 45'
# A paused domain has constant times and causes no load.
sleep 0.5
domains pause "$(cat /run/domains/db1)"

ok=0 failed=0 skipped=0
for file in cases/*.sh; do
  name=$(basename "$file" .sh)
  started=$(cut -d' ' -f1 /proc/uptime)
  timeout 120 sh -euc '. ./words.sh; . "$1"' "$name" "./$file" >/tmp/evidence 2>&1 </dev/null
  case $? in
    0) result=ok ok=$((ok + 1)) ;;
    77) result=skipped skipped=$((skipped + 1)) ;;
    143) result=FAILED failed=$((failed + 1)); echo "timeout after 120 s" >>/tmp/evidence ;;
    *) result=FAILED failed=$((failed + 1)) ;;
  esac
  echo "$result $name ($(awk -v from="$started" '{ printf "%.1f", $1 - from }' /proc/uptime) s)"
  sed 's/^/        /' /tmp/evidence
done
echo "== end: $ok ok, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $ok -gt 0 ]
