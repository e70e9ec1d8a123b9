# For a type that Xen 4.17 does not have, the size query succeeds with an errno value as the size,
# and the mapping fails.
for type in 3 99; do
  run domains resource "$(id web1)" $type 0
  has '^size ok bytes 17592185655296 frames 4294967201$'
  has '^map ro error EOPNOTSUPP$'
done
