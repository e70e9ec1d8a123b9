# The doctor does not accuse a domain of what this Xen does not tell, and says that it cannot.
see vitals doctor --for 1s
has '^Cannot tell:$'
has 'xen-contention'
if grep '^PROBLEM  xen/' /tmp/seen; then fail "a domain is accused"; fi
