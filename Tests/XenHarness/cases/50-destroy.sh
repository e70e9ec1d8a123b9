# A destroyed domain is not listed and has no vCPUs.
gone=$(domains run /harness/guest.elf '30 10')
run domains list
has "^domain $gone .* vcpus 2 "
domains destroy "$gone"
if domains list | grep "^domain $gone "; then fail "domain $gone still exists"; fi
if domains vcpu "$gone" 0; then fail "vCPU 0 of domain $gone still exists"; fi
