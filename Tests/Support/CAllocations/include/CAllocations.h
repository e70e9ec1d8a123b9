#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Counts what this thread asks malloc for, in the test program only: a program's own malloc comes
 * before that of glibc, for its shared libraries too. */

/* False where a sanitizer has taken malloc for itself. */
bool allocations_are_counted(void);

/* Starts to count anew on this thread. */
void allocations_reset(void);

/* The calls of malloc, calloc, realloc and their aligned kin on this thread since the reset. */
uint64_t allocations_count(void);

/* The most bytes asked for at once on this thread since the reset. */
uint64_t allocations_largest(void);

#endif
