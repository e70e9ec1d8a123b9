# The rates are those of each guest's load: web1 300 and 100 ms of each second, as in 22-duty, db1
# 150 and 450 while it is not paused.
trap 'domains pause "$(id db1)"' EXIT
domains unpause "$(id db1)"
while read -r name vcpu expected; do
  run_named vitals watch "xen/$name/vcpu$vcpu" --every 1s --count 4 --format json
  found=
  for rate in $(sed -n 's/.*"running_ns":{"per_second":\([0-9]*\)[0-9]\{6\}[.,].*/\1/p' /tmp/output); do
    echo "$name vcpu$vcpu: $rate ms of a second, expected $expected"
    [ "$rate" -lt $((expected / 2)) ] || [ "$rate" -gt $((expected * 2)) ] || found=yes
  done
  [ -n "$rate" ] || fail "no rate in $(cat /tmp/output)"
  [ -n "$found" ] || skip "no second has between $((expected / 2)) and $((expected * 2))"
done <<END
web1 0 300
web1 1 100
db1 0 150
db1 1 450
END
