#ifndef CFORK_H
#define CFORK_H

#include <sys/types.h>

/* fork(2), which Swift does not show: what happens to a library in a child that does not exec. */
pid_t fork_process(void);

/* Waits for the child: its exit status, or -1 where it did not end by itself. */
int wait_for_process(pid_t pid);

#endif
