# The rates are what the guest does: 300 and 100 ms of each second, as in 22-duty.
web1=$(path web1)
for vcpu in 0 1; do
  [ $vcpu -eq 0 ] && expected=300 || expected=100
  vitals watch "$web1/vcpu$vcpu" --every 1s --count 5 --format json >/tmp/rates
  for rate in $(sed -n 's/.*"running_ns":{"per_second":\([0-9]*\)[0-9]\{6\}[.,].*/\1/p' /tmp/rates); do
    echo "vcpu$vcpu: $rate ms of a second, expected $expected"
    [ "$rate" -lt $((expected / 2)) ] || [ "$rate" -gt $((expected * 2)) ] || continue 2
  done
  [ -n "$rate" ] || fail "no rate in $(cat /tmp/rates)"
  skip "in no second of five between $((expected / 2)) and $((expected * 2))"
done
