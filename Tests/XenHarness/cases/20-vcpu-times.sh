# The hypervisor's time of a vCPU is between the guest's reports before and after: exact, however
# slow the host is.
for vcpu in 0 1; do
  before=$(report web1 $vcpu)
  actual=$(domains vcpu "$(id web1)" $vcpu)
  after=$(report_later web1 $vcpu)
  within "vcpu$vcpu, ns" "$(echo "$before" | field running_ns)" \
    "$(echo "$after" | field running_ns)" "$(echo "$actual" | field cpu_time_ns)"
done
