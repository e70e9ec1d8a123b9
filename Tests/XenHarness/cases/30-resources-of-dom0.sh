# Xen refuses dom0 all of its own resources.
for type in 0 1 2 3 99; do
  see domains resource 0 $type 0
  has '^size error EPERM$'
  has '^map ro error EPERM$'
done
