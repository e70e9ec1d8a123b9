/* Calls that Swift does not show, for tests only. */
#ifndef CCALLS_H
#define CCALLS_H

#include <sys/types.h>

/* fork(2): what happens to a library in a child that does not exec. */
pid_t calls_fork(void);

/* Waits for the child: its exit status, or -1 where it did not end by itself. */
int calls_wait(pid_t pid);

/* fallocate(2) of the first page. */
int calls_fallocate(int fd, int mode);

#endif
