# The guest runs 300 and 100 ms of each second. On a busy host it stops too late, which is not an
# error of Xen: the case is then skipped.
sample() { # NAME VCPU
  domains vcpu "$(id "$1")" "$2"
}
for vcpu in 0 1; do
  [ $vcpu -eq 0 ] && expected=300 || expected=100
  for tries in 1 2 3 4 5; do
    first=$(sample web1 $vcpu)
    sleep 1
    second=$(sample web1 $vcpu)
    grown=$(($(echo "$second" | field cpu_time_ns) - $(echo "$first" | field cpu_time_ns)))
    window=$(($(echo "$second" | field at_ns) - $(echo "$first" | field at_ns)))
    rate=$((grown * 1000 / window))
    echo "vcpu$vcpu: $rate ms of a second, expected $expected"
    [ $rate -lt $((expected / 2)) ] || [ $rate -gt $((expected * 2)) ] || continue 2
  done
  skip "no second of five has between $((expected / 2)) and $((expected * 2))"
done
