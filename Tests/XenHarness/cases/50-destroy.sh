# A domain that is destroyed is in no list and has no vCPUs.
gone=$(domains run /harness/guest.elf '30 10')
see domains list
has "^domain $gone .* vcpus 2 "
domains destroy "$gone"
if domains list | grep "^domain $gone "; then fail "domain $gone is still there"; fi
if domains vcpu "$gone" 0; then fail "vCPU 0 of domain $gone is still there"; fi
