#define _GNU_SOURCE
#include "CCalls.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t calls_fork(void) { return fork(); }

int calls_wait(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int calls_fallocate(int fd, int mode) { return fallocate(fd, mode, 0, 4096); }
