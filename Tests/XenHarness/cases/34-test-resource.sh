# Xen's own test of the interface, as Debian ships it.
test-resource
