# A domain without vCPUs, as it exists briefly during creation: Xen reports the maximum vCPU id
# 4294967295.
bare=$(domains bare 0)
run domains list
has "^domain $bare .* vcpus 0 max_vcpu_id 4294967295 "
if domains vcpu "$bare" 0; then fail "domain $bare has a vCPU 0"; fi
domains destroy "$bare"
