# The host's memory equals the hypervisor's, and a CPU's idle time is between the hypervisor's
# values before and after.
domains host >/tmp/before
vitals show xen/host --format json >/tmp/shown
domains host >/tmp/after
equal memory_total $(($(field total_pages </tmp/before) * 4096)) "$(value memory_total </tmp/shown)"
equal cpus 2 "$(value cpus </tmp/shown)"
for cpu in 0 1; do
  idle=$(sed "s/.*\"xen\/host\/cpu$cpu\"//" /tmp/shown | sed 's/"path".*//' | value idle_ns)
  within "cpu$cpu idle_ns" "$(grep "^cpu $cpu " /tmp/before | field idle_ns)" \
    "$(grep "^cpu $cpu " /tmp/after | field idle_ns)" "$idle"
done
