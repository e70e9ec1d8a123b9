# The sizes are those requested at creation, and the mapping is the domain's grant table.
run domains resource "$(id web1)" 1 0
has '^size ok bytes 131072 frames 32$'
has '^map ro ok frames 32$'
has '^map rw ok frames 32$'
# The domain builder grants dom0 (0) access (1) to the pages of console and xenstore.
has '^grant 0 flags 1 domid 0 frame [1-9]'
# The second grant table is that of version 2.
run domains resource "$(id web1)" 1 1
has '^size ok bytes 16384 frames 4$'
has '^map ro error EINVAL$'
for type in 0 2; do
  run domains resource "$(id web1)" $type 0
  has '^size error EINVAL$'
  has '^map ro error EINVAL$'
done
bare=$(domains bare 2)
run domains resource "$bare" 1 0
has '^size ok bytes 131072 frames 32$'
domains destroy "$bare"
