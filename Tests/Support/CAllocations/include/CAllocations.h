#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Counts the allocations of the calling thread in a test program. The malloc of a program replaces
 * that of glibc, also for its shared libraries. */

/* False if a sanitizer replaces malloc. */
bool allocations_are_counted(void);

/* Resets the counters of this thread. */
void allocations_reset(void);

/* The number of calls of malloc, calloc, realloc and their aligned variants on this thread since
 * the reset. */
uint64_t allocations_count(void);

/* The size of the largest allocation on this thread since the reset. */
uint64_t allocations_largest(void);

#endif
