# A domain that has no vCPU yet, as one has for a moment while it is made: Xen says that its greatest
# is number 4294967295.
bare=$(domains bare 0)
see domains list
has "^domain $bare .* vcpus 0 greatest 4294967295 "
if domains vcpu "$bare" 0; then fail "domain $bare has a vCPU 0"; fi
domains destroy "$bare"
