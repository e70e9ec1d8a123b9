# Domains are rows of top, as VMs are, the busy one above the paused one.
run_named vitals top --batch --count 2 --every 1s
has '^web1 .* up '
busy=$(grep -n '^web1 ' /tmp/output | tail -1 | cut -d: -f1)
paused=$(grep -n '^db1 ' /tmp/output | tail -1 | cut -d: -f1)
[ "$busy" -lt "$paused" ] || fail "db1, which is paused, is above web1"
