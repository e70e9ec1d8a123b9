# A domain that gets the number of one that was destroyed is another one, also where nobody looked in
# between: its times are its own.
old=$(domains run /harness/guest.elf '30 10' 6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b03)
vitals watch 'xen/**' --every 5s --count 30 >/tmp/watched 2>&1 &
watch=$!
trap 'kill $watch; domains destroy "$old"' EXIT
await "^xen/domain-$old/vcpu1 "
domains destroy "$old"
equal "the number of the new one" "$old" "$(domains bare 1 "$old")"
await " xen/domain-$old is gone: domain $old ended\$"
await " xen/[^ ]* appeared: domain $old\$"
see vitals show "xen/domain-$old/vcpu0" --format json
equal "running_ns of the new one" 0 "$(value running_ns </tmp/seen)"
if vitals show "xen/domain-$old/vcpu1" >/dev/null 2>&1; then fail "the new one has the old one's vCPU"; fi
