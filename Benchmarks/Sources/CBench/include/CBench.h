/*
 * CBench.h - what the sampler is held against: the same calls in plain C, inlined.
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

/* A file and its record: `length` bytes from `offset` go to `words` + `position`. */
struct bench_record {
  int fd;
  off_t offset;
  size_t length;
  size_t position;
};

/* One pread(2) for each record: the number that were read whole. */
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

/* open(2), read(2), close(2): what a value costs that has a file of its own. Bytes read, or -1. */
static inline ssize_t bench_read_file(const char *_Nonnull path) {
  char bytes[64];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = read(fd, bytes, sizeof bytes);
  close(fd);
  return got;
}

/* What a counter costs at the least: a load, an addition and a store, `count` times. */
static inline void bench_increment(uint64_t *_Nonnull word, uint64_t count) {
  for (uint64_t index = 0; index < count; index++) {
    (*word)++;
    /* Keeps the compiler from adding all at once. */
    __asm__ volatile("" : "+m"(*word));
  }
}

/* What eight values cost at the least: eight stores, `count` times. */
static inline void bench_store_eight(uint64_t *_Nonnull words, uint64_t count) {
  for (uint64_t index = 0; index < count; index++) {
    for (uint64_t word = 0; word < 8; word++) words[word] = index;
    __asm__ volatile("" : : : "memory");
  }
}

/* What a snapshot costs at the least: one copy of all words. */
static inline void bench_copy(uint64_t *_Nonnull to, const uint64_t *_Nonnull from, size_t count) {
  memcpy(to, from, count * sizeof *to);
  __asm__ volatile("" : : "r"(to) : "memory");
}

/* What a fold costs at the least: `count` records of 60 words, one after the other, are added up. */
void bench_sum_sixty(uint64_t *_Nonnull sums, const uint64_t *_Nonnull words, size_t count);

/* The bytes that malloc(3) has given out. */
static inline size_t bench_bytes_in_use(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* openpty(3) with a size, close-on-exec: 0, or -1. */
int bench_open_terminal(int *_Nonnull master, int *_Nonnull slave, int rows, int columns);

/* sched_setaffinity(2): this thread, and what it starts, runs on this CPU only; -1 is on any. */
int bench_pin(int cpu);

/* Serves a directory with the file `text` of 20 bytes over /dev/fuse, without a library, until it is
   unmounted: 0, or -1 with errno. Writes `ready` once it can be read. Only for a process of its own. */
int bench_serve_text(const char *_Nonnull directory);

/* open(2), read(2), close(2) so many times: the number that gave bytes. */
static inline size_t bench_read_files(const char *_Nonnull path, size_t count) {
  size_t whole = 0;
  for (size_t index = 0; index < count; index++) whole += bench_read_file(path) > 0;
  return whole;
}

/* open(2), read(2) to the end, close(2), as cat(1) does: the bytes of a text, or -1. */
static inline ssize_t bench_read_text(const char *_Nonnull path) {
  char bytes[65536];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t all = 0, got;
  while ((got = read(fd, bytes, sizeof bytes)) > 0) all += got;
  close(fd);
  return got < 0 ? -1 : all;
}

/* pread(2) of a part of at most 64 KiB so many times: the number that were read whole. */
static inline size_t bench_read_part(int fd, off_t offset, size_t length, size_t count) {
  char bytes[65536];
  size_t whole = 0;
  if (length > sizeof bytes) return 0;
  for (size_t index = 0; index < count; index++)
    whole += pread(fd, bytes, length, offset) == (ssize_t)length;
  return whole;
}

/* pread(2) of a page so many times: the number that were read whole. */
static inline size_t bench_read_pages(int fd, size_t count) {
  char page[4096];
  size_t whole = 0;
  for (size_t index = 0; index < count; index++)
    whole += pread(fd, page, sizeof page, 0) == (ssize_t)sizeof page;
  return whole;
}

#endif
