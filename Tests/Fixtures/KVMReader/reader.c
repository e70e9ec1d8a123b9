/*
 * reader.c - checks files of KVM binary statistics against the rules of the kernel's own test of
 * descriptors, and against some rules of Vitals.
 *
 *   reader [-i ID-PREFIX] [-k LAST-KIND] [-u LAST-UNIT] FILE...
 *
 * The layout is that of the kernel document virt/kvm/api.rst, section 4.133; no kernel header is used.
 * Every part is read by its own pread(2), at the offset in the header. Each violation is printed on a
 * line that begins with the name of the rule. The exit status is 1 if there are violations, and 2 if
 * a file cannot be opened or the command line is invalid.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct header {
  uint32_t flags;
  uint32_t name_size;
  uint32_t descriptors;
  uint32_t id_offset;
  uint32_t descriptor_offset;
  uint32_t data_offset;
};
_Static_assert(sizeof(struct header) == 24, "the header has 24 bytes");

/* The name follows: name_size bytes. */
struct descriptor {
  uint32_t flags;
  int16_t exponent;
  uint16_t size;
  uint32_t offset;
  uint32_t bucket_size;
};
_Static_assert(sizeof(struct descriptor) == 16, "a descriptor has 16 bytes before its name");

enum { KIND_LINEAR = 3, KIND_LOG = 4, UNIT_SECONDS = 2, UNIT_BOOLEAN = 4, BASE_TWO = 1 };
/* Larger than the descriptors or data of any group. */
enum { LARGEST_BLOCK = 1 << 24 };

static const char *id_prefix = "kvm";
static unsigned last_kind = KIND_LOG;
static unsigned last_unit = UNIT_BOOLEAN;

static const char *path;
static int broken;

__attribute__((format(printf, 2, 3))) static void fails(const char *rule, const char *format, ...) {
  va_list words;
  va_start(words, format);
  printf("%s: %s: ", rule, path);
  vprintf(format, words);
  printf("\n");
  va_end(words);
  broken = 1;
}

static int reads(int file, void *bytes, size_t count, uint64_t offset) {
  return pread(file, bytes, count, (off_t)offset) == (ssize_t)count;
}

static unsigned kind(const struct descriptor *it) { return it->flags & 15; }
static unsigned unit(const struct descriptor *it) { return it->flags >> 4 & 15; }
static unsigned base(const struct descriptor *it) { return it->flags >> 8 & 15; }

/* Rules that concern a single descriptor. */
static void check_descriptor(const struct descriptor *it, const char *name) {
  if (kind(it) > last_kind) fails("kind", "%s has kind %u", name, kind(it));
  if (unit(it) > last_unit) fails("unit", "%s has unit %u", name, unit(it));
  if (base(it) > BASE_TWO) fails("base", "%s has base %u", name, base(it));
  if (it->flags >> 12 != 0) fails("flags", "%s has flags 0x%" PRIx32, name, it->flags);
  /* The scale is at most 1 for seconds, 1 for booleans, and at least 1 for all other units. */
  int fits = unit(it) == UNIT_SECONDS   ? it->exponent <= 0
             : unit(it) == UNIT_BOOLEAN ? it->exponent == 0
                                        : it->exponent >= 0;
  if (unit(it) <= UNIT_BOOLEAN && !fits)
    fails("exponent", "%s has unit %u and exponent %d", name, unit(it), it->exponent);
  if (it->size == 0) fails("size", "%s has size 0", name);
  if ((it->bucket_size != 0) != (kind(it) == KIND_LINEAR))
    fails("bucket", "%s of kind %u has bucket size %" PRIu32, name, kind(it), it->bucket_size);
  if (it->offset % 8 != 0) fails("aligned", "%s has offset %" PRIu32, name, it->offset);
}

static void check_name(const char *name, uint32_t name_size, uint32_t index) {
  size_t length = strnlen(name, name_size);
  if (length == name_size) {
    fails("name-end", "the name of descriptor %" PRIu32 " is not terminated", index);
    return;
  }
  if (length == 0) fails("name", "the name of descriptor %" PRIu32 " is empty", index);
  for (size_t at = 0; at < length; at++)
    if (!isgraph((unsigned char)name[at])) {
      fails("name", "the name of descriptor %" PRIu32 " contains byte %d", index, name[at]);
      break;
    }
}

/* Compares all pairs: groups are small. */
static void check_pairs(const char *block, const struct header *head) {
  size_t stride = sizeof(struct descriptor) + head->name_size;
  for (uint32_t one = 0; one < head->descriptors; one++)
    for (uint32_t other = one + 1; other < head->descriptors; other++) {
      struct descriptor a, b;
      memcpy(&a, block + one * stride, sizeof a);
      memcpy(&b, block + other * stride, sizeof b);
      const char *a_name = block + one * stride + sizeof a;
      const char *b_name = block + other * stride + sizeof b;
      if (strncmp(a_name, b_name, head->name_size) == 0)
        fails("unique", "descriptors %" PRIu32 " and %" PRIu32 " have the same name", one, other);
      uint64_t a_end = a.offset + 8ull * a.size, b_end = b.offset + 8ull * b.size;
      if (a.offset < b_end && b.offset < a_end)
        fails("disjoint", "the data of descriptors %" PRIu32 " and %" PRIu32 " overlap", one, other);
    }
}

static void check_data(int file, const char *block, const struct header *head, uint64_t size) {
  size_t stride = sizeof(struct descriptor) + head->name_size;
  char *data = malloc(size + 1);
  if (data == NULL) exit(2);
  /* Twice, as a reader that keeps its descriptor. */
  for (int round = 0; round < 2; round++)
    if (!reads(file, data, size, head->data_offset))
      fails(round == 0 ? "data" : "again", "the data is shorter than %" PRIu64 " bytes", size);
  for (uint32_t index = 0; index < head->descriptors; index++) {
    struct descriptor it;
    memcpy(&it, block + index * stride, sizeof it);
    if (!reads(file, data, 8ull * it.size, (uint64_t)head->data_offset + it.offset))
      fails("value", "cannot read the value of descriptor %" PRIu32, index);
    uint64_t word;
    memcpy(&word, data, sizeof word);
    /* The maximum marks a missing value. */
    if (unit(&it) == UNIT_BOOLEAN && kind(&it) < KIND_LINEAR && it.size > 0 && word > 1 &&
        word != UINT64_MAX)
      fails("boolean", "the value of descriptor %" PRIu32 " is %" PRIu64, index, word);
  }
  free(data);
}

/* The file ends after its last part; fstat(2) of KVM's own descriptors reports a size of 0. */
static void check_total(int file, uint64_t end) {
  struct stat status;
  char byte;
  if (fstat(file, &status) == 0 && status.st_size != 0 && (uint64_t)status.st_size != end)
    fails("total", "the file has %lld bytes instead of %" PRIu64, (long long)status.st_size, end);
  if (pread(file, &byte, 1, (off_t)end) != 0) fails("total", "bytes follow the last part");
}

static void check(int file) {
  struct header head;
  if (!reads(file, &head, sizeof head, 0)) {
    fails("header", "the header is shorter than 24 bytes");
    return;
  }
  uint64_t block_size = (sizeof(struct descriptor) + (uint64_t)head.name_size) * head.descriptors;
  if (head.name_size == 0 || head.name_size > LARGEST_BLOCK || block_size > LARGEST_BLOCK) {
    fails("header", "names of %" PRIu32 " bytes, %" PRIu32 " descriptors", head.name_size,
          head.descriptors);
    return;
  }
  if (head.flags != 0) fails("header", "flags are 0x%" PRIx32, head.flags);
  char *id = malloc(head.name_size);
  char *block = malloc(block_size + 1);
  if (id == NULL || block == NULL) exit(2);
  if (!reads(file, id, head.name_size, head.id_offset))
    fails("id", "the id is truncated");
  else if (strnlen(id, head.name_size) == head.name_size)
    fails("id", "the id is not terminated");
  else if (strncmp(id, id_prefix, strlen(id_prefix)) != 0)
    fails("id", "the id is '%s'", id);
  /* A file without descriptors is valid; nothing else to check. */
  if (head.descriptors == 0) goto done;
  if (head.id_offset < sizeof head || head.descriptor_offset < sizeof head ||
      head.data_offset < sizeof head)
    fails("offset", "a part overlaps the header");
  if (head.descriptor_offset <= head.data_offset &&
      head.descriptor_offset + block_size > head.data_offset)
    fails("overlap", "the descriptors overlap the data");
  if (head.descriptor_offset % 4 != 0 || head.data_offset % 8 != 0)
    fails("aligned", "descriptors at offset %" PRIu32 ", data at %" PRIu32, head.descriptor_offset,
          head.data_offset);
  if (!reads(file, block, block_size, head.descriptor_offset)) {
    fails("descriptors", "the descriptors are shorter than %" PRIu64 " bytes", block_size);
    goto done;
  }
  uint64_t data_size = 0;
  for (uint32_t index = 0; index < head.descriptors; index++) {
    size_t at = index * (sizeof(struct descriptor) + head.name_size);
    struct descriptor it;
    memcpy(&it, block + at, sizeof it);
    const char *name = block + at + sizeof it;
    check_name(name, head.name_size, index);
    char shown[64];
    snprintf(shown, sizeof shown, "%.*s", (int)(head.name_size < 60 ? head.name_size : 60), name);
    check_descriptor(&it, shown);
    uint64_t end = it.offset + 8ull * it.size;
    if (end > data_size) data_size = end;
  }
  check_pairs(block, &head);
  if (head.data_offset < head.descriptor_offset &&
      head.data_offset + data_size > head.descriptor_offset)
    fails("overlap", "the data overlaps the descriptors");
  if (data_size < 8ull * head.descriptors)
    fails("few", "%" PRIu64 " bytes of data for %" PRIu32 " statistics", data_size,
          head.descriptors);
  if (data_size <= LARGEST_BLOCK) {
    check_data(file, block, &head, data_size);
    uint64_t end = head.data_offset + data_size;
    uint64_t block_end = head.descriptor_offset + block_size;
    check_total(file, end > block_end ? end : block_end);
  }
done:
  free(id);
  free(block);
}

int main(int count, char **words) {
  int option;
  while ((option = getopt(count, words, "i:k:u:")) != -1) switch (option) {
      case 'i': id_prefix = optarg; break;
      case 'k': last_kind = (unsigned)atoi(optarg); break;
      case 'u': last_unit = (unsigned)atoi(optarg); break;
      default: return 2;
    }
  int result = optind < count ? 0 : 2;
  for (int index = optind; index < count; index++) {
    path = words[index];
    broken = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
      printf("open: %s: %s\n", path, strerror(errno));
      return 2;
    }
    check(file);
    close(file);
    if (broken)
      result = 1;
    else
      printf("ok: %s\n", path);
  }
  return result;
}
