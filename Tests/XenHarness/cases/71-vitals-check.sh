# The values of the domains agree with those of a second access method, and the rules of the
# statistics table are skipped with the reason that it does not exist.
run vitals check xen
has '^12 passed, 0 failed, 1 skipped'
has 'EOPNOTSUPP'
