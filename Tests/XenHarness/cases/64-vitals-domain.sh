# A domain's memory, vCPUs and time equal the hypervisor's, and the state of a paused one is paused.
run domains list
pages=$(grep "^domain $(id db1) " /tmp/output | field pages)
time=$(grep "^domain $(id db1) " /tmp/output | field cpu_time_ns)
# Only the domain, without its vCPUs.
run_named vitals show xen/db1 --format json
sed 's/"name":"vcpus.xen".*//' /tmp/output >/tmp/shown
equal memory $((pages * 4096)) "$(value memory </tmp/shown)"
equal vcpus 2 "$(value vcpus </tmp/shown)"
equal cpu_ns "$time" "$(value cpu_ns </tmp/shown)"
grep -o '"state":"paused"' /tmp/shown || fail "db1 is not paused: $(cat /tmp/shown)"
