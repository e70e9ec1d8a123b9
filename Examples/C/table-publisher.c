/*
 * Publishes a persistent table: docs/table-abi.md.
 *
 *   table-publisher DIRECTORY NAME [SECONDS]
 *
 *   cc -std=c11 -D_GNU_SOURCE -ISources/C/CVitals/include Examples/C/table-publisher.c
 *
 * The program holds two open file description locks, which the kernel releases when it ends:
 *   NAME.lock    the claim of the name; the file is never removed
 *   NAME.table   locked before the file is renamed to this; while it is locked, the publisher runs
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "vitals_table.h"

enum { CAPACITY = 65536, TICK_NS = 10000000, HEARTBEAT_NS = 1000000000, BUCKETS = 24 };

static volatile sig_atomic_t stopped;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

static uint64_t clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int fail(const char *what, const char *path) {
  fprintf(stderr, "table-publisher: %s '%s': %s\n", what, path, strerror(errno));
  return -1;
}

static int lock_whole(int file) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(file, F_OFD_SETLK, &lock);
}

static int read_boot_id(uint8_t *id) {
  const char *path = "/proc/sys/kernel/random/boot_id";
  char text[64];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail("cannot open", path);
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length < 36) return fail("cannot read", path);
  text[length] = 0;
  const char *at = text;
  for (int byte = 0; byte < 16; byte++) {
    unsigned value;
    if (*at == '-') at++;
    if (sscanf(at, "%2x", &value) != 1) return fail("cannot read", path);
    id[byte] = (uint8_t)value;
    at += 2;
  }
  return 0;
}

/* Creates a file of CAPACITY bytes under a temporary name, then locks and maps it. */
static int make_file(const char *path, void **memory) {
  struct statfs where;
  int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) return fail("cannot create", path);
  /* On a disk, a store to the table may block. */
  if (fstatfs(file, &where) != 0 || where.f_type != TMPFS_MAGIC) {
    fprintf(stderr, "table-publisher: '%s' is not on tmpfs; use /run or /dev/shm\n", path);
    return -1;
  }
  if (ftruncate(file, CAPACITY) != 0) return fail("cannot size", path);
  /* Allocate the pages: otherwise a store could raise SIGBUS when tmpfs is full. */
  errno = posix_fallocate(file, 0, CAPACITY);
  if (errno != 0) return fail("cannot allocate", path);
  if (lock_whole(file) != 0) return fail("cannot lock", path);
  *memory = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  /* The descriptor stays open to keep the lock. */
  return *memory == MAP_FAILED ? fail("cannot map", path) : 0;
}

static int identify(struct vitals_header *header) {
  if (getrandom(header->instance, sizeof header->instance, 0) != sizeof header->instance)
    return fail("cannot generate", "an instance id");
  if (read_boot_id(header->boot_id) != 0) return -1;
  header->pid = (uint32_t)getpid();
  header->owner = (uint32_t)geteuid();
  header->heartbeat_interval_ns = HEARTBEAT_NS;
  header->created_wall_ns = clock_ns(CLOCK_REALTIME);
  return 0;
}

struct statistics {
  struct vitals_writer counters, work;
};

enum { TICKS = 0, LATENESS = 1, PHASE = 1 + BUCKETS, COUNTERS = 2 + BUCKETS };
enum { DONE = 0, FAILED = 1, TRIED = 2, WORK = 3 };

/* Publishes a relaxed group, with independent words, and a latched group, with atomic updates. */
static int describe(struct vitals_publisher *publisher, const char *name,
                    struct statistics *statistics) {
  static const char *const phases[] = {"starting", "working", "ending"};
  const uint32_t stable = VITALS_STABLE << VITALS_STABILITY_SHIFT;
  /* name, kind, unit, base, exponent, size, bucket size, flags, meaning, states */
  const struct vitals_definition counters[] = {
      {"ticks", VITALS_CUMULATIVE, VITALS_NONE, VITALS_TEN, 0, 1, 0, stable,
       "Number of wake-ups.", NULL, 0},
      {"lateness", VITALS_LOG_HISTOGRAM, VITALS_SECONDS, VITALS_TEN, -9, BUCKETS, 0, 0,
       "Delay of the wake-ups.", NULL, 0},
      {"phase", VITALS_STATE, VITALS_NONE, VITALS_TEN, 0, 1, 0, 0, "The current phase.", phases, 3},
  };
  const struct vitals_definition work[] = {
      {"done", VITALS_CUMULATIVE, VITALS_NONE, VITALS_TEN, 0, 1, 0, stable, NULL, NULL, 0},
      {"failed", VITALS_CUMULATIVE, VITALS_NONE, VITALS_TEN, 0, 1, 0, stable, NULL, NULL, 0},
      {"tried", VITALS_CUMULATIVE, VITALS_NONE, VITALS_TEN, 0, 1, 0, stable,
       "Done and failed together, in every sample.", NULL, 0},
  };
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  uint64_t counters_schema = vitals_schema_add(publisher, "example-counters", counters, 3);
  uint64_t work_schema = vitals_schema_add(publisher, "example-work", work, 3);
  uint64_t source = vitals_source_add(publisher, name, 0, now);
  if (!counters_schema || !work_schema || !source ||
      !vitals_group_add(publisher, "counters", source, counters_schema, COUNTERS, 1, now,
                        &statistics->counters) ||
      !vitals_group_add(publisher, "work", source, work_schema, WORK, 2, now, &statistics->work)) {
    fprintf(stderr, "table-publisher: the table is too small\n");
    return -1;
  }
  return 0;
}

static void work_on(struct vitals_publisher *publisher, struct statistics *statistics,
                    uint64_t until_ns) {
  struct vitals_header *header = vitals_table_header(publisher);
  uint64_t totals[WORK] = {0, 0, 0};
  uint64_t wanted = clock_ns(CLOCK_MONOTONIC), now = wanted;
  vitals_store(vitals_word(&statistics->counters, PHASE), 1);
  while (!stopped && now < until_ns) {
    wanted += TICK_NS;
    struct timespec time;
    time.tv_sec = (time_t)(wanted / 1000000000);
    time.tv_nsec = (long)(wanted % 1000000000);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
    now = clock_ns(CLOCK_MONOTONIC);

    uint64_t late = now > wanted ? now - wanted : 0;
    vitals_bump(vitals_word(&statistics->counters, TICKS));
    vitals_bump(vitals_word(&statistics->counters, LATENESS + vitals_log_bucket(late, BUCKETS)));

    totals[now % 10 ? DONE : FAILED] += 1;
    totals[TRIED] += 1;
    uint64_t *words = vitals_update_begin(&statistics->work);
    for (int word = 0; word < WORK; word++) vitals_store(words + word, totals[word]);
    vitals_update_window(words, now, now);
    vitals_update_end(&statistics->work);

    if (now - header->heartbeat_ns >= HEARTBEAT_NS) vitals_store(&header->heartbeat_ns, now);
  }
  vitals_store(vitals_word(&statistics->counters, PHASE), 2);
}

static int publish(const char *directory, const char *name, uint64_t seconds) {
  char claim[4096], table[4096], fresh[4096];
  uint64_t random;
  struct vitals_publisher publisher;
  struct statistics statistics;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    return fail("cannot generate", "a temporary name");
  int length = snprintf(fresh, sizeof fresh, "%s/.%s.%016llx", directory, name,
                        (unsigned long long)random);
  if (length < 0 || length >= (int)sizeof fresh) {
    fprintf(stderr, "table-publisher: the path of the directory is too long\n");
    return -1;
  }
  snprintf(claim, sizeof claim, "%s/%s.lock", directory, name);
  snprintf(table, sizeof table, "%s/%s.table", directory, name);

  int claimed = open(claim, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (claimed < 0) return fail("cannot open", claim);
  if (lock_whole(claimed) != 0) return fail("cannot lock", claim);
  void *memory = NULL;
  if (make_file(fresh, &memory) != 0 ||
      vitals_table_init(&publisher, memory, CAPACITY, clock_ns(CLOCK_MONOTONIC)) != 0 ||
      identify(vitals_table_header(&publisher)) != 0 ||
      describe(&publisher, name, &statistics) != 0) {
    unlink(fresh);
    return -1;
  }
  vitals_table_open(&publisher);
  if (rename(fresh, table) != 0) {
    fail("cannot rename to", table);
    unlink(fresh);
    return -1;
  }
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  uint64_t until_ns = seconds > (UINT64_MAX - now) / 1000000000 ? UINT64_MAX
                                                                : now + seconds * 1000000000;
  work_on(&publisher, &statistics, until_ns);
  /* The file stays and can be read; the next publisher of this name replaces it. */
  struct vitals_header *header = vitals_table_header(&publisher);
  vitals_store(&header->heartbeat_ns, clock_ns(CLOCK_MONOTONIC));
  __atomic_store_n(&header->state, (uint32_t)VITALS_CLOSED, __ATOMIC_RELEASE);
  return 0;
}

int main(int argc, char **argv) {
  struct sigaction action;
  if (argc < 3 || strchr(argv[2], '/')) {
    fprintf(stderr, "usage: table-publisher DIRECTORY NAME [SECONDS]\n");
    return 2;
  }
  memset(&action, 0, sizeof action);
  action.sa_handler = stop;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  uint64_t seconds = argc > 3 ? strtoull(argv[3], NULL, 10) : UINT64_MAX;
  return publish(argv[1], argv[2], seconds) == 0 ? 0 : 1;
}
