# What the hypervisor says of a vCPU's time lies between what the guest says before and after:
# exact, however slow the machine is.
for vcpu in 0 1; do
  before=$(report web1 $vcpu)
  seen=$(domains vcpu "$(id web1)" $vcpu)
  after=$(report_later web1 $vcpu)
  within "vcpu$vcpu, ns" "$(echo "$before" | field running_ns)" \
    "$(echo "$after" | field running_ns)" "$(echo "$seen" | field cpu_time_ns)"
done
