# The host has the options of QEMU: two CPUs, less than 1 GiB of memory.
run domains host
has '^host cpus 2 nodes 1 '
within pages 200000 262144 "$(field total_pages </tmp/output)"
has '^cpu 0 idle_ns [1-9]'
has '^cpu 1 idle_ns [1-9]'
