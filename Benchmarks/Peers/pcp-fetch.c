// Measures how long PCP reads 1,000 values that another process publishes: MMV and pmFetch(3).
//
//   pcp-fetch PMDA_MMV_SO
//
// PCP_TMP_DIR has the MMV files, PCP_CONF names the configuration. The local context loads the agent
// into the reader: the times include no daemon and no socket.
//
// The agent searches each value from the start of its file, so that 1,000 values in one file take
// much longer than 100 values in each of ten files. `pcp` is the fastest of several layouts.
#include <errno.h>
#include <pcp/pmapi.h>
#include <pcp/mmv_stats.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

enum { VALUES = 1000, DOMAIN = 70, RUNS = 4, WARM_UP = 20, MINIMUM = 100, MAXIMUM = 4000 };

/// The duration of a run with enough fetches, in nanoseconds.
static const double run_time = 0.25e9;

/// The distribution of the values; the product is VALUES.
struct layout {
  int files, metrics, instances;
};

static const struct layout layouts[] = {
  {1, 1000, 1}, {1, 1, 1000}, {1, 100, 10}, {4, 10, 25},
  {10, 100, 1}, {10, 10, 10}, {20, 5, 10}, {20, 1, 50},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "pcp-fetch: %s: %s\n", what, why);
  exit(1);
}

/// Returns the value at a position; none is zero, to detect missing writes.
static uint64_t expected(int index) { return UINT64_C(0x100000001) * (uint64_t)(index + 1); }

static void publish_file(struct layout layout, int file) {
  mmv_metric_t *metrics = calloc((size_t)layout.metrics, sizeof *metrics);
  mmv_instances_t *instances = calloc((size_t)layout.instances, sizeof *instances);
  if (!metrics || !instances) fail("calloc", strerror(ENOMEM));
  mmv_indom_t indom = {.serial = 1, .count = (uint32_t)layout.instances, .instances = instances};
  for (int i = 0; i < layout.instances; i++) {
    instances[i].internal = i;
    snprintf(instances[i].external, sizeof instances[i].external, "i%d", i);
  }
  for (int i = 0; i < layout.metrics; i++) {
    snprintf(metrics[i].name, sizeof metrics[i].name, "m%d", i);
    metrics[i].item = (uint32_t)i + 1;
    metrics[i].type = MMV_TYPE_U64;
    metrics[i].semantics = MMV_SEM_COUNTER;
    metrics[i].dimension = (pmUnits)MMV_UNITS(0, 0, 1, 0, 0, PM_COUNT_ONE);
    metrics[i].indom = layout.instances > 1 ? indom.serial : (uint32_t)MMV_INDOM_NULL;
  }
  char name[32];
  snprintf(name, sizeof name, "vitals%d", file);
  // Without MMV_FLAG_PROCESS: the reader does not check at each fetch that the writer runs.
  void *map = mmv_stats_init(
    name, file + 1, 0, metrics, layout.metrics, &indom, layout.instances > 1);
  if (!map) fail("mmv_stats_init", strerror(errno));
  for (int i = 0; i < layout.metrics; i++) {
    for (int j = 0; j < layout.instances; j++) {
      pmAtomValue *value = mmv_lookup_value_desc(
        map, metrics[i].name, layout.instances > 1 ? instances[j].external : NULL);
      if (!value) fail("mmv_lookup_value_desc", metrics[i].name);
      value->ull = expected((file * layout.metrics + i) * layout.instances + j);
    }
  }
}

/// The writer: publishes, writes to `ready`, and exits when the other end of `hold` is closed.
static _Noreturn void publish(struct layout layout, int ready, int hold) {
  for (int file = 0; file < layout.files; file++) publish_file(layout, file);
  char byte = 1;
  if (write(ready, &byte, 1) != 1) fail("write", strerror(errno));
  while (read(hold, &byte, 1) < 0 && errno == EINTR) {}
  for (int file = 0; file < layout.files; file++) {
    char path[4096];
    snprintf(
      path, sizeof path, "%s%cmmv%cvitals%d", pmGetConfig("PCP_TMP_DIR"), pmPathSeparator(),
      pmPathSeparator(), file);
    unlink(path);
  }
  _exit(0);
}

/// Checks that a fetch returned all values correctly.
static void check(const pmResult *result, struct layout layout) {
  for (int i = 0; i < result->numpmid; i++) {
    const pmValueSet *set = result->vset[i];
    if (set->numval < 0) fail("a metric", pmErrStr(set->numval));
    if (set->numval != layout.instances) fail("a metric", "not all instances");
    for (int j = 0; j < set->numval; j++) {
      pmAtomValue atom;
      int code = pmExtractValue(
        set->valfmt, &set->vlist[j], PM_TYPE_U64, &atom, PM_TYPE_U64);
      if (code < 0) fail("pmExtractValue", pmErrStr(code));
      int instance = layout.instances > 1 ? set->vlist[j].inst : 0;
      if (atom.ull != expected(i * layout.instances + instance)) fail("a value", "wrong");
    }
  }
}

static struct figure fetch(struct layout layout, char *agent) {
  char add[4096];
  snprintf(add, sizeof add, "add,%d,%s,mmv_init", DOMAIN, agent);
  // By default the local context loads all agents of the system, which read files of the kernel.
  char *error = pmSpecLocalPMDA("clear");
  if (!error) error = pmSpecLocalPMDA(add);
  if (error) fail("pmSpecLocalPMDA", error);
  int context = pmNewContext(PM_CONTEXT_LOCAL, NULL);
  if (context < 0) fail("pmNewContext", pmErrStr(context));

  int count = layout.files * layout.metrics;
  pmID *ids = calloc((size_t)count, sizeof *ids);
  double *times = calloc(MAXIMUM, sizeof *times);
  if (!ids || !times) fail("calloc", strerror(ENOMEM));
  for (int i = 0; i < count; i++) {
    ids[i] = pmID_build(
      DOMAIN, (unsigned)(i / layout.metrics) + 1, (unsigned)(i % layout.metrics) + 1);
  }
  size_t taken = 0;
  double end = 0;
  for (int round = -WARM_UP; round < MAXIMUM; round++) {
    pmResult *result;
    double begin = measure_now();
    int code = pmFetch(count, ids, &result);
    // A fetch includes the release of its result.
    if (code >= 0 && round >= 0) pmFreeResult(result);
    double now = measure_now();
    if (code < 0) fail("pmFetch", pmErrStr(code));
    if (round < 0) {
      check(result, layout);
      pmFreeResult(result);
      end = measure_now() + run_time;
      continue;
    }
    times[taken++] = now - begin;
    if (taken >= MINIMUM && now > end) break;
  }
  return measure_figure(times, taken);
}

/// Forks a child that is killed when this process ends.
static pid_t child(void) {
  pid_t parent = getpid();
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) fail("fork", strerror(errno));
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
  }
  return pid;
}

/// Measures a layout with its own writer and reader, because the library keeps its mappings.
static struct figure measure(struct layout layout, char *agent) {
  int ready[2], hold[2], result[2];
  if (pipe(ready) || pipe(hold) || pipe(result)) fail("pipe", strerror(errno));
  pid_t writer = child();
  if (writer == 0) {
    close(hold[1]);
    close(ready[0]);
    publish(layout, ready[1], hold[0]);
  }
  close(hold[0]);
  close(ready[1]);
  char byte;
  int isReady = read(ready[0], &byte, 1) == 1;
  close(ready[0]);

  struct figure figure = {0, 0};
  int isRead = 0;
  if (isReady) {
    pid_t reader = child();
    if (reader == 0) {
      figure = fetch(layout, agent);
      _exit(write(result[1], &figure, sizeof figure) != (ssize_t)sizeof figure);
    }
    close(result[1]);
    isRead = read(result[0], &figure, sizeof figure) == (ssize_t)sizeof figure;
    waitpid(reader, NULL, 0);
  }
  close(result[0]);
  close(hold[1]);
  waitpid(writer, NULL, 0);
  if (!isRead) fail("a layout", isReady ? "not read" : "not published");
  return figure;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: pcp-fetch PMDA_MMV_SO\n");
    return 2;
  }
  // In turn, so that a disturbance affects all layouts.
  struct figure figures[LAYOUTS] = {{0, 0}}, best = {0, 0};
  for (int run = 0; run < RUNS; run++) {
    for (int i = 0; i < LAYOUTS; i++) {
      struct figure figure = measure(layouts[i], argv[1]);
      figures[i] = measure_best(figures[i], figure);
      best = measure_best(best, figure);
    }
  }
  for (int i = 0; i < LAYOUTS; i++) {
    char name[64];
    snprintf(
      name, sizeof name, "pcp:files=%d,metrics=%d,instances=%d", layouts[i].files,
      layouts[i].metrics, layouts[i].instances);
    measure_print(name, figures[i], VALUES);
  }
  measure_print("pcp", best, VALUES);
  return 0;
}
