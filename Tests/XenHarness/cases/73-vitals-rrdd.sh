# A sample of the domains is a valid file of the xcp-rrdd protocol, and its values have the right
# owner.
run_named vitals show 'xen/**' --format xcp-rrdd
cp /tmp/output /tmp/rrdd
run vitals check /tmp/rrdd
has '^13 passed, 0 failed, 0 skipped'
grep -a -o '"xen/web1/vcpu0/running_ns":{[^}]*"owner":"vm 6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b01"' /tmp/rrdd ||
  fail "web1 is not the owner of its values"
