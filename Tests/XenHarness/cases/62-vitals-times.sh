# A vCPU's time in Vitals is between the guest's reports before and after; that of a paused vCPU
# equals the time of libxenctrl. Values that this Xen does not provide are null, not zero.
for vcpu in 0 1; do
  before=$(report web1 $vcpu)
  run_named vitals show "xen/web1/vcpu$vcpu" --format json
  after=$(report_later web1 $vcpu)
  within "vcpu$vcpu, ns" "$(echo "$before" | field running_ns)" \
    "$(echo "$after" | field running_ns)" "$(value running_ns </tmp/output)"
  for state in runnable blocked offline; do
    equal "vcpu$vcpu ${state}_ns" null "$(value ${state}_ns </tmp/output)"
  done
done
for vcpu in 0 1; do
  run_named vitals show "xen/db1/vcpu$vcpu" --format json
  equal "db1 vcpu$vcpu, ns" "$(domains vcpu "$(id db1)" $vcpu | field cpu_time_ns)" \
    "$(value running_ns </tmp/output)"
done
