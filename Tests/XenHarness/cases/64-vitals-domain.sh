# A domain's memory, vCPUs and time are the hypervisor's, and a paused one says so.
see domains list
pages=$(grep "^domain $(id db1) " /tmp/seen | field pages)
time=$(grep "^domain $(id db1) " /tmp/seen | field cpu_time_ns)
# Of the domain alone, not of its vCPUs.
see_named vitals show xen/db1 --format json
sed 's/"name":"vcpus.xen".*//' /tmp/seen >/tmp/shown
equal memory $((pages * 4096)) "$(value memory </tmp/shown)"
equal vcpus 2 "$(value vcpus </tmp/shown)"
equal cpu_ns "$time" "$(value cpu_ns </tmp/shown)"
grep -o '"state":"paused"' /tmp/shown || fail "db1 is not paused: $(cat /tmp/shown)"
