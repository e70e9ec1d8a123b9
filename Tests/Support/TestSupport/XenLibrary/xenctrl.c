/*
 * A libxenctrl without a hypervisor. Its domains are words in a file, which a test changes while
 * the program under test has the library loaded.
 *
 * Compile with -DSTATE='"path"'. Further definitions select the interface of a Xen version:
 *   DOMAIN_BYTES      the size of a domain in a list (112: Xen 4.17)
 *   HOST_BYTES        the size of the description of the host (112: Xen 4.17; 104: before)
 *   WITHOUT_LIST, WITHOUT_VCPU, WITHOUT_HOST, WITHOUT_CPUS, WITHOUT_VERSION
 *   WITH_RUNSTATE, WITH_RUNSTATE_EXT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef DOMAIN_BYTES
#define DOMAIN_BYTES 112
#endif
#ifndef HOST_BYTES
#define HOST_BYTES 112
#endif

/* The 64-bit words of the file; Swift's FakeXen uses the same names. */
enum {
  DOMAINS,    /* number of domains */
  OPEN_ERROR, /* error of xc_interface_open, or 0; the other errors likewise */
  LIST_ERROR,
  LIST_ERROR_FROM, /* lists fail from this domain number on */
  HOST_ERROR,
  CPUS_ERROR,
  VERSION,
  ADVANCE, /* nanoseconds to add to the run time of every vCPU */
  CPUS,
  NODES,
  TOTAL_PAGES,
  FREE_PAGES,
  SCRUB_PAGES,
  STUCK,      /* if not 0, lists always begin at domain 0 */
  LIST_CALLS, /* the library counts calls here */
  VCPU_CALLS,
  HOST_CALLS,
  CPUS_CALLS,
  RUNSTATE_CALLS,
  LIST_ROOM, /* maximum number of domains in the last call */
  IDLE = 32, /* of 64 CPUs */
  FIRST = 128,
  DOMAIN_WORDS = 32,
};
enum {
  NUMBER,
  FLAGS,
  PAGES,
  MAXIMUM_PAGES,
  SHARED_PAGES,
  PAGED_PAGES,
  RUN,
  ONLINE,
  LAST_VCPU,
  IDENTITY, /* two words */
  VCPU_RUN = 11,
  VCPU_STEP,
  FAILING_VCPU,
  FAILING_VCPU_ERROR,
  VCPU_ERROR,
  RUNSTATE_ERROR,
  RUNSTATE, /* state and missed changes, six times, average */
};

struct interface {
  volatile uint64_t *words;
  size_t bytes;
};

void *xc_interface_open(void *logger, void *builder, unsigned flags) {
  (void)logger, (void)builder, (void)flags;
  int file = open(STATE, O_RDWR | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return NULL;
  void *words = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (words == MAP_FAILED) return NULL;
  struct interface *xch = malloc(sizeof *xch);
  xch->words = words;
  xch->bytes = (size_t)status.st_size;
  if (xch->words[OPEN_ERROR]) {
    errno = (int)xch->words[OPEN_ERROR];
    munmap(words, xch->bytes);
    free(xch);
    return NULL;
  }
  return xch;
}

int xc_interface_close(struct interface *xch) {
  munmap((void *)xch->words, xch->bytes);
  free(xch);
  return 0;
}

static int fail(uint64_t code) {
  errno = (int)code;
  return -1;
}

static volatile uint64_t *domain_at(struct interface *xch, uint64_t index) {
  return xch->words + FIRST + index * DOMAIN_WORDS;
}

__attribute__((unused)) static volatile uint64_t *find(struct interface *xch, uint32_t number) {
  for (uint64_t index = 0; index < xch->words[DOMAINS]; index++)
    if (domain_at(xch, index)[NUMBER] == number) return domain_at(xch, index);
  return NULL;
}

static void put(uint8_t *bytes, size_t offset, uint64_t value, size_t size) {
  memcpy(bytes + offset, &value, size);
}

#ifndef WITHOUT_LIST
int xc_domain_getinfolist(struct interface *xch, uint32_t first, unsigned room, void *list) {
  xch->words[LIST_CALLS]++;
  xch->words[LIST_ROOM] = room;
  if (xch->words[LIST_ERROR] && first >= xch->words[LIST_ERROR_FROM])
    return fail(xch->words[LIST_ERROR]);
  if (xch->words[STUCK]) first = 0;
  int count = 0;
  /* Like libxenctrl, write the memory of all requested domains. */
  uint8_t *bytes = list;
  memset(bytes, 0, (size_t)room * DOMAIN_BYTES);
  for (uint64_t index = 0; index < xch->words[DOMAINS] && (unsigned)count < room; index++) {
    volatile uint64_t *domain = domain_at(xch, index);
    if (domain[NUMBER] < first) continue;
    uint8_t *entry = bytes + (size_t)count * DOMAIN_BYTES;
    put(entry, 0, domain[NUMBER], 2);
    put(entry, 4, domain[FLAGS], 4);
    put(entry, 8, domain[PAGES], 8);
    put(entry, 16, domain[MAXIMUM_PAGES], 8);
    put(entry, 32, domain[SHARED_PAGES], 8);
    put(entry, 40, domain[PAGED_PAGES], 8);
    put(entry, 56, domain[RUN] + xch->words[ADVANCE], 8);
    put(entry, 64, domain[ONLINE], 4);
    put(entry, 68, domain[LAST_VCPU], 4);
    put(entry, 76, __builtin_bswap64(domain[IDENTITY]), 8);
    put(entry, 84, __builtin_bswap64(domain[IDENTITY + 1]), 8);
    count++;
  }
  return count;
}
#endif

#ifndef WITHOUT_VERSION
int xc_version(struct interface *xch, int command, void *argument) {
  (void)argument;
  return command == 0 ? (int)xch->words[VERSION] : fail(ENOSYS);
}
#endif

#ifndef WITHOUT_VCPU
/* vCPU n is running, runnable, blocked or offline if n % 4 is 0, 1, 2 or 3. */
int xc_vcpu_getinfo(struct interface *xch, uint32_t number, uint32_t vcpu, void *info) {
  xch->words[VCPU_CALLS]++;
  volatile uint64_t *domain = find(xch, number);
  if (!domain) return fail(ESRCH);
  if (domain[VCPU_ERROR]) return fail(domain[VCPU_ERROR]);
  if (domain[FAILING_VCPU_ERROR] && domain[FAILING_VCPU] == vcpu)
    return fail(domain[FAILING_VCPU_ERROR]);
  if (vcpu > domain[LAST_VCPU]) return fail(EINVAL);
  uint8_t bytes[24] = {0};
  put(bytes, 0, vcpu, 4);
  bytes[4] = vcpu % 4 != 3;
  bytes[5] = vcpu % 4 == 2;
  bytes[6] = vcpu % 4 == 0;
  put(bytes, 8, domain[VCPU_RUN] + domain[VCPU_STEP] * vcpu + xch->words[ADVANCE], 8);
  put(bytes, 16, vcpu % 2, 4);
  memcpy(info, bytes, sizeof bytes);
  return 0;
}
#endif

#ifndef WITHOUT_HOST
int xc_physinfo(struct interface *xch, void *info) {
  xch->words[HOST_CALLS]++;
  if (xch->words[HOST_ERROR]) return fail(xch->words[HOST_ERROR]);
  uint8_t bytes[HOST_BYTES] = {0};
  size_t pages = HOST_BYTES == 104 ? 32 : 40;
  put(bytes, 8, xch->words[CPUS], 4);
  put(bytes, 12, xch->words[CPUS] - 1, 4);
  put(bytes, 16, xch->words[NODES], 4);
  put(bytes, pages, xch->words[TOTAL_PAGES], 8);
  put(bytes, pages + 8, xch->words[FREE_PAGES], 8);
  put(bytes, pages + 16, xch->words[SCRUB_PAGES], 8);
  memcpy(info, bytes, sizeof bytes);
  return 0;
}
#endif

#ifndef WITHOUT_CPUS
int xc_getcpuinfo(struct interface *xch, int room, uint64_t *idle, int *count) {
  xch->words[CPUS_CALLS]++;
  if (xch->words[CPUS_ERROR]) return fail(xch->words[CPUS_ERROR]);
  for (*count = 0; *count < room && (uint64_t)*count < xch->words[CPUS]; ++*count)
    idle[*count] = xch->words[IDLE + *count];
  return 0;
}
#endif

#if defined(WITH_RUNSTATE) || defined(WITH_RUNSTATE_EXT)
static int runstate(struct interface *xch, uint32_t number, uint8_t *bytes, size_t words) {
  xch->words[RUNSTATE_CALLS]++;
  volatile uint64_t *domain = find(xch, number);
  if (!domain) return fail(ESRCH);
  if (domain[RUNSTATE_ERROR]) return fail(domain[RUNSTATE_ERROR]);
  put(bytes, 0, domain[RUNSTATE], 8);
  for (size_t word = 0; word < words; word++)
    put(bytes, 16 + 8 * word, domain[RUNSTATE + 1 + word], 8);
  return 0;
}
#endif

#ifdef WITH_RUNSTATE
int xc_get_runstate_info(struct interface *xch, uint32_t number, void *info) {
  return runstate(xch, number, info, 6);
}
#endif

#ifdef WITH_RUNSTATE_EXT
/* The whole request of 144 bytes. */
int xc_get_runstate_info_ext(struct interface *xch, uint32_t number, void *request) {
  uint8_t bytes[144] = {0};
  put(bytes, 0, WITH_RUNSTATE_EXT, 4);
  put(bytes, 4, 0x15, 4);
  put(bytes, 8, number, 2);
  int result = runstate(xch, number, bytes + 16, 7);
  if (result == 0) memcpy(request, bytes, sizeof bytes);
  return result;
}
#endif
