# What the hypervisor says of the domains agrees with what it says by a second way, and the rules of a
# table are skipped with the reason that there is none.
see vitals check xen
has '^12 passed, 0 failed, 1 skipped'
has 'EOPNOTSUPP'
