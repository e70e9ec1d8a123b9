# Domains are rows of top like virtual machines, the busy one above the paused one.
see_named vitals top --batch --count 2 --every 1s
has '^web1 .* up '
busy=$(grep -n '^web1 ' /tmp/seen | tail -1 | cut -d: -f1)
paused=$(grep -n '^db1 ' /tmp/seen | tail -1 | cut -d: -f1)
[ "$busy" -lt "$paused" ] || fail "db1, which stands still, is above web1"
