/*
 * CBench.h - baselines for the benchmarks: the same operations in plain C, inlined.
 */
#ifndef CBENCH_H
#define CBENCH_H

#include <fcntl.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* A file and its record: `length` bytes at `offset` are read to `words` + `position`. */
struct bench_record {
  int fd;
  off_t offset;
  size_t length;
  size_t position;
};

/* Calls pread(2) for each record. Returns the number of records read completely. */
static inline size_t bench_pass(const struct bench_record *_Nonnull records, size_t count,
                                uint64_t *_Nonnull words) {
  size_t whole = 0;
  for (size_t index = 0; index < count; index++) {
    const struct bench_record *record = &records[index];
    ssize_t got = pread(record->fd, words + record->position, record->length, record->offset);
    whole += got == (ssize_t)record->length;
  }
  return whole;
}

/* open(2), read(2), close(2): the cost of a file per value. Returns the bytes read, or -1. */
static inline ssize_t bench_read_file(const char *_Nonnull path) {
  char bytes[64];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read(fd, bytes, sizeof bytes);
  close(fd);
  return got;
}

/* The minimum cost of a counter: a load, an addition and a store, `count` times. */
static inline void bench_increment(uint64_t *_Nonnull word, uint64_t count) {
  for (uint64_t index = 0; index < count; index++) {
    (*word)++;
    /* Prevents the compiler from combining the additions. */
    __asm__ volatile("" : "+m"(*word));
  }
}

/* The minimum cost of eight values: eight stores, `count` times. */
static inline void bench_store_eight(uint64_t *_Nonnull words, uint64_t count) {
  for (uint64_t index = 0; index < count; index++) {
    for (uint64_t word = 0; word < 8; word++) words[word] = index;
    __asm__ volatile("" : : : "memory");
  }
}

/* The minimum cost of a snapshot: one copy of all words. */
static inline void bench_copy(uint64_t *_Nonnull to, const uint64_t *_Nonnull from, size_t count) {
  memcpy(to, from, count * sizeof *to);
  __asm__ volatile("" : : "r"(to) : "memory");
}

/* The minimum cost of an aggregate: adds up `count` contiguous records of 60 words. */
void bench_sum_sixty(uint64_t *_Nonnull sums, const uint64_t *_Nonnull words, size_t count);

/* Returns the number of bytes allocated by malloc(3). */
static inline size_t bench_bytes_in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* openpty(3) with a size and close-on-exec. Returns 0, or -1. */
int bench_open_terminal(int *_Nonnull master, int *_Nonnull slave, int rows, int columns);

/* sched_setaffinity(2): restricts this thread and its children to a CPU; -1 permits all. */
int bench_pin(int cpu);

/* Serves a directory with the file `text` of 20 bytes over /dev/fuse, without a library, until it
   is unmounted. Writes `ready` after the mount. Returns 0, or -1 with errno. Requires a process of
   its own. */
int bench_serve_text(const char *_Nonnull directory);

/* open(2), read(2), close(2), `count` times. Returns the number of reads with bytes. */
static inline size_t bench_read_files(const char *_Nonnull path, size_t count) {
  size_t whole = 0;
  for (size_t index = 0; index < count; index++) whole += bench_read_file(path) > 0;
  return whole;
}

/* open(2), read(2) to the end, close(2), as cat(1) does. Returns the bytes read, or -1. */
static inline ssize_t bench_read_text(const char *_Nonnull path) {
  char bytes[65536];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t all = 0, got;
  while ((got = read(fd, bytes, sizeof bytes)) > 0) all += got;
  close(fd);
  return got < 0 ? -1 : all;
}

/* pread(2) of a part of at most 64 KiB, `count` times. Returns the number of complete reads. */
static inline size_t bench_read_part(int fd, off_t offset, size_t length, size_t count) {
  char bytes[65536];
  size_t whole = 0;
  if (length > sizeof bytes) return 0;
  for (size_t index = 0; index < count; index++)
    whole += pread(fd, bytes, length, offset) == (ssize_t)length;
  return whole;
}

/* pread(2) of a page, `count` times. Returns the number of complete reads. */
static inline size_t bench_read_pages(int fd, size_t count) {
  char page[4096];
  size_t whole = 0;
  for (size_t index = 0; index < count; index++)
    whole += pread(fd, page, sizeof page, 0) == (ssize_t)sizeof page;
  return whole;
}

#endif
