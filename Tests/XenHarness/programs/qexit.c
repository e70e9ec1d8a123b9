/*
 * qexit VALUE - exits QEMU through its isa-debug-exit device: the status of QEMU is 2 * VALUE + 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>

enum { PORT = 0xf4 };

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: qexit VALUE\n");
    return 2;
  }
  if (ioperm(PORT, 4, 1) != 0) {
    perror("qexit: ioperm");
    return 1;
  }
  outl((unsigned)strtoul(arguments[1], NULL, 10), PORT);
  return 0;
}
