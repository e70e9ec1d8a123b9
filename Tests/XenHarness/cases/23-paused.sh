# The times of a paused domain are constant, and its state is paused.
run domains list
has "^domain $(id db1) .* paused"
for vcpu in 0 1; do
  first=$(domains vcpu "$(id db1)" $vcpu | field cpu_time_ns)
  [ "$first" -gt 0 ] || fail "vcpu$vcpu never ran"
  equal "vcpu$vcpu, ns" "$first" "$(domains vcpu "$(id db1)" $vcpu | field cpu_time_ns)"
done
