# Xen denies dom0 access to its own resources.
for type in 0 1 2 3 99; do
  run domains resource 0 $type 0
  has '^size error EPERM$'
  has '^map ro error EPERM$'
done
