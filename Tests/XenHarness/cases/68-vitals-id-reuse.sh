# A domain with the number of a destroyed one is a new domain with its own times, even if no sample
# was taken in between.
old=$(domains run /harness/guest.elf '30 10' 6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b03)
vitals watch 'xen/**' --every 5s --count 30 >/tmp/watched 2>&1 &
watch=$!
trap 'kill $watch; domains destroy "$old"' EXIT
await "^xen/domain-$old/vcpu1 "
domains destroy "$old"
equal "number of the new domain" "$old" "$(domains bare 1 "$old")"
await " xen/domain-$old is gone: domain $old ended\$"
await " xen/[^ ]* appeared: domain $old\$"
run vitals show "xen/domain-$old/vcpu0" --format json
equal "running_ns of the new domain" 0 "$(value running_ns </tmp/output)"
if vitals show "xen/domain-$old/vcpu1" >/dev/null 2>&1; then fail "the new domain has a vCPU of the old one"; fi
