# A guest with hardware paging has the resource of an ioreq server.
pvh=$(domains pvh 2 2>/tmp/error) || skip "no PVH domain here: $(cat /tmp/error)"
run domains resource "$pvh" 0 0
has '^size ok bytes 8192 frames 2$'
has '^map ro ok frames 2$'
domains destroy "$pvh"
