# A domain created during `vitals watch` appears with its vCPUs, and is gone after it was destroyed.
vitals watch 'xen/**' --every 500ms --count 100 >/tmp/watched 2>&1 &
watch=$!
await '^xen/.*/vcpu0 '
new=$(domains run /harness/guest.elf '30 10')
await " xen/[^ ]* appeared: domain $new\$"
await "^$(awk -v domain="$new" '$3 == "appeared:" && $5 == domain { print $2 }' /tmp/watched)/vcpu1 .*%"
domains destroy "$new"
await " is gone: domain $new ended\$"
kill $watch
