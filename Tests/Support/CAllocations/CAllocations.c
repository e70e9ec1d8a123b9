#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Initial-exec: an access to a counter must not allocate. */
static __thread uint64_t count __attribute__((tls_model("initial-exec")));
static __thread uint64_t largest __attribute__((tls_model("initial-exec")));

void allocations_reset(void) { count = largest = 0; }
uint64_t allocations_count(void) { return count; }
uint64_t allocations_largest(void) { return largest; }

#if defined(SANITIZED) || !defined(__GLIBC__)

bool allocations_are_counted(void) { return false; }

#else

bool allocations_are_counted(void) { return true; }

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void record(size_t size) {
  count += 1;
  if (size > largest) largest = size;
}

void *malloc(size_t size) {
  record(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  size_t bytes;
  record(__builtin_mul_overflow(number, size, &bytes) ? SIZE_MAX : bytes);
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  record(size);
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  record(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  record(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  record(size);
  void *block = __libc_memalign(alignment, size);
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

#endif
