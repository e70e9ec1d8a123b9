#include "CBench.h"

#include <pty.h>

void bench_sum_sixty(uint64_t *restrict sums, const uint64_t *restrict words, size_t count) {
  for (size_t record = 0; record < count; record++)
    for (size_t word = 0; word < 60; word++) sums[word] += words[record * 60 + word];
}

int bench_open_terminal(int *master, int *slave, int rows, int columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  if (openpty(master, slave, NULL, NULL, &size) < 0) return -1;
  fcntl(*master, F_SETFD, FD_CLOEXEC);
  fcntl(*slave, F_SETFD, FD_CLOEXEC);
  return 0;
}
