#include "CFork.h"

#include <sys/wait.h>
#include <unistd.h>

pid_t fork_process(void) { return fork(); }

int wait_for_process(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
