# A vCPU's time in Vitals lies between what the guest says before and after; one that stands still is
# what libxenctrl says. What this Xen does not tell is null, not zero.
for vcpu in 0 1; do
  before=$(report web1 $vcpu)
  see_named vitals show "xen/web1/vcpu$vcpu" --format json
  after=$(report_later web1 $vcpu)
  within "vcpu$vcpu, ns" "$(echo "$before" | field running_ns)" \
    "$(echo "$after" | field running_ns)" "$(value running_ns </tmp/seen)"
  for state in runnable blocked offline; do
    equal "vcpu$vcpu ${state}_ns" null "$(value ${state}_ns </tmp/seen)"
  done
done
for vcpu in 0 1; do
  see_named vitals show "xen/db1/vcpu$vcpu" --format json
  equal "db1 vcpu$vcpu, ns" "$(domains vcpu "$(id db1)" $vcpu | field cpu_time_ns)" \
    "$(value running_ns </tmp/seen)"
done
