/* System calls that Swift's Glibc module does not export, for tests only. */
#ifndef CCALLS_H
#define CCALLS_H

#include <sys/types.h>

/* fork(2), to test a library in a child that does not exec. */
pid_t calls_fork(void);

/* Waits for a child (waitpid(2)). Returns its exit status, or -1 if it was killed. */
int calls_wait(pid_t pid);

/* fallocate(2) of the first 4096 bytes. */
int calls_fallocate(int fd, int mode);

#endif
