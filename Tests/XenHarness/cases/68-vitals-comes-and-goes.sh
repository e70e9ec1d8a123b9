# A domain that is made while Vitals watches appears with its vCPUs, and goes when it is destroyed.
vitals watch 'xen/**' --every 500ms --count 100 >/tmp/watched 2>&1 &
watch=$!
await() { # PATTERN
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if grep -m 1 -e "$1" /tmp/watched; then return; fi
    sleep 0.5
  done
  kill $watch
  fail "no '$1' in: $(tail -20 /tmp/watched)"
}
await '^xen/.*/vcpu0 '
new=$(domains run /harness/guest.elf)
await " xen/[^ ]* appeared: domain $new\$"
await "^$(awk -v domain="$new" '$3 == "appeared:" && $5 == domain { print $2 }' /tmp/watched)/vcpu1 .*%"
domains destroy "$new"
await " is gone: domain $new ended\$"
kill $watch
