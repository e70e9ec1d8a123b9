/*
 * Passes damaged tables to a reader's show(), which must neither crash nor hang:
 *
 *   hostile TABLE COUNT SEED          COUNT tables, each damaged and possibly truncated
 *   hostile TABLE COUNT SEED --live   COUNT times the same table, while a thread damages it
 *
 * Compiled with -fsanitize=address,undefined and READER, the reader's source. The allocation has
 * exactly the table's size, so that the next byte is poisoned. An alarm ends a hanging reader.
 */
#include <pthread.h>

#define WITHOUT_MAIN
#include READER

static uint64_t state, blocks[64], block_count, sampled;

static uint64_t draw(uint64_t below) {
  state += 0x9e3779b97f4a7c15;
  uint64_t value = state;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return (value ^ value >> 31) % below;
}

/* A value near a boundary that checks may miss. */
static uint64_t boundary_value(uint64_t size) {
  const uint64_t bases[] = {0, size, UINT64_MAX, 1ULL << 63, 1ULL << 32, 1ULL << 31, 64, 1 << 16};
  uint64_t value = bases[draw(8)];
  if (draw(2)) return value + draw(17) - 8;
  return value - draw(4) * 64;
}

/* An offset to damage; in half of the cases in the header or in the first fields of a block. */
static uint64_t target(uint64_t size, uint64_t alignment) {
  uint64_t at = draw(size);
  if (draw(2)) {
    at = draw(VITALS_HEADER_MINIMUM);
    uint64_t block = draw(block_count + 1);
    if (block < block_count) at = blocks[block] + draw(VITALS_GROUP_MINIMUM);
    if (at >= size) at = draw(size);
  }
  at -= at % alignment;
  return at + alignment <= size ? at : 0;
}

/* Stores atomically, because a thread may do this while the reader reads. */
static void damage(unsigned char *memory, uint64_t size) {
  uint64_t how = draw(4), value = boundary_value(size);
  if (how == 0) {
    value = 1 << draw(8);
    __atomic_fetch_xor(memory + target(size, 1), (unsigned char)value, __ATOMIC_RELAXED);
  } else if (how == 1) {
    value = draw(256);
    __atomic_store_n(memory + target(size, 1), (unsigned char)value, __ATOMIC_RELAXED);
  } else if (how == 2) {
    uint32_t half = (uint32_t)value;
    __atomic_store_n((uint32_t *)(void *)(memory + target(size, 4)), half, __ATOMIC_RELAXED);
  } else {
    if (draw(2)) value = vitals_load((uint64_t *)(void *)(memory + target(size, 8)));
    vitals_store((uint64_t *)(void *)(memory + target(size, 8)), value);
  }
}

/* Samples every group with an annex of any size. */
static void sample_all(const void *memory, uint64_t size, uint64_t annex_size) {
  struct vitals_view view;
  struct vitals_block block;
  struct vitals_copy window;
  struct vitals_group group;
  uint64_t at = 0, words[256];
  if (vitals_view_open(&view, memory, size) != VITALS_OK) return;
  unsigned char *annex = (unsigned char *)calloc(annex_size + 1, 1);
  if (!annex) abort();
  view.annex = annex;
  view.annex_size = annex_size;
  view.annex_serial = view.header.annex_serial;
  for (; vitals_block_next(&view, &at, &block) == VITALS_OK; at += block.size) {
    if (vitals_block_read(&view, at, &block, 0, &group, sizeof group, view.header.group_size))
      continue;
    uint32_t count = group.word_count < 256 ? group.word_count : 256;
    sampled += vitals_sample(&view, at, block.id, words, count, &window) == VITALS_OK;
  }
  free(annex);
}

struct work {
  unsigned char *memory;
  const unsigned char *whole;
  uint64_t size;
  int stop;
};

static void *damage_on(void *argument) {
  struct work *work = (struct work *)argument;
  while (!__atomic_load_n(&work->stop, __ATOMIC_RELAXED)) {
    for (int count = 0; count < 8; count++) damage(work->memory, work->size);
    for (uint64_t word = 0; word < work->size / 8; word++) {
      uint64_t value;
      memcpy(&value, work->whole + 8 * word, sizeof value);
      vitals_store((uint64_t *)(void *)work->memory + word, value);
    }
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 4) return fprintf(stderr, "hostile TABLE COUNT SEED [--live]\n"), 2;
  FILE *file = fopen(argv[1], "rb"), *out = fopen("/dev/null", "w");
  static _Alignas(64) unsigned char whole[1 << 16];
  if (!file || !out) return perror(argv[1]), 1;
  uint64_t size = fread(whole, 1, sizeof whole, file), count = strtoull(argv[2], NULL, 10);
  state = strtoull(argv[3], NULL, 10);
  memcpy(&size, whole + offsetof(struct vitals_header, used), sizeof size);
  unsigned long long broken = 0;
  struct vitals_view view;
  struct vitals_block block;
  uint64_t at = 0;
  if (vitals_view_open(&view, whole, size) != VITALS_OK)
    return fprintf(stderr, "not a table\n"), 1;
  for (; vitals_block_next(&view, &at, &block) == VITALS_OK; at += block.size) {
    if (block_count < 64) blocks[block_count++] = at;
    /* Enable on-demand groups. */
    if (block.kind == VITALS_GROUP) ((struct vitals_group *)(void *)(whole + at))->demand = 1;
  }
  if (argc > 4) {
    unsigned char *memory = (unsigned char *)malloc(size);
    if (!memory) return 1;
    memcpy(memory, whole, size);
    struct work work = {memory, whole, size, 0};
    pthread_t thread;
    if (pthread_create(&thread, NULL, damage_on, &work) != 0) return 1;
    for (uint64_t round = 0; round < count; round++) {
      alarm(20);
      broken += show(out, memory, size) != 0;
      sample_all(memory, size, 128);
    }
    __atomic_store_n(&work.stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    free(memory);
  } else {
    for (uint64_t round = 0; round < count; round++) {
      /* Truncate one of four tables at a random length. */
      uint64_t length = draw(4) ? size : draw(size + 1);
      unsigned char *memory = (unsigned char *)malloc(length ? length : 1);
      if (!memory) return 1;
      memcpy(memory, whole, length);
      for (uint64_t times = 1 + draw(6); times > 0 && length >= 8; times--)
        damage(memory, length);
      alarm(20);
      broken += show(out, memory, length) != 0;
      sample_all(memory, length, 8 * draw(17));
      free(memory);
    }
  }
  printf("%llu of %llu tables were rejected or broken, %llu groups sampled\n", broken,
         (unsigned long long)count, (unsigned long long)sampled);
  return 0;
}
