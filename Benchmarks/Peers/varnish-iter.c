// Measures how long another process reads Varnish's statistics: VSM and VSC_Iter.
//
//   varnish-iter DIRECTORY POINTS PROGRAM ARGUMENTS...
//
// Starts PROGRAM, a varnishd with `-F -n DIRECTORY`, waits until it has POINTS points, and stops it
// at the end. A time is that of a pass over all points that stores each value, scaled to 1,000.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vapi/vsc.h>
#include <vapi/vsm.h>

#include "measure.h"

enum { RUNS = 50, BLOCKS = 300, PASSES = 20, CAPACITY = 65536, TIMEOUT_SECONDS = 60 };

/// The values that a pass stores.
struct snapshot {
  size_t count;
  uint64_t values[CAPACITY];
};

static struct snapshot snapshot;
static pid_t server = -1;

/// Stops the server: its manager process stops the worker.
static void stop_server(void) {
  if (server < 0) return;
  kill(server, SIGTERM);
  for (int tenth = 0; tenth < 100; tenth++) {
    if (waitpid(server, NULL, WNOHANG) != 0) return;
    usleep(100000);
  }
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
}

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "varnish-iter: %s: %s\n", what, why);
  stop_server();
  exit(1);
}

static void start_server(char **arguments) {
  pid_t parent = getpid();
  server = fork();
  if (server < 0) fail("fork", strerror(errno));
  if (server > 0) return;
  // If this process is killed, the manager process stops the worker.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  // Standard output is for results only.
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execvp(arguments[0], arguments);
  fprintf(stderr, "varnish-iter: %s: %s\n", arguments[0], strerror(errno));
  _exit(127);
}

static int store(void *context, const struct VSC_point *point) {
  struct snapshot *result = context;
  if (result->count == CAPACITY) return 1;
  result->values[result->count++] = *point->ptr;
  return 0;
}

static size_t pass(struct vsc *points, struct vsm *memory) {
  snapshot.count = 0;
  if (VSC_Iter(points, memory, store, &snapshot) != 0) fail("VSC_Iter", "too many points");
  return snapshot.count;
}

/// Waits until all points exist: a worker adds its backends one by one.
static size_t wait_for(size_t minimum, struct vsc *points, struct vsm *memory) {
  size_t last = 0;
  for (int tenth = 0; tenth < TIMEOUT_SECONDS * 10; tenth++) {
    if (waitpid(server, NULL, WNOHANG) != 0) {
      server = -1;
      fail("varnishd", "ended during start-up");
    }
    unsigned status = VSM_Status(memory);
    size_t count = status & VSM_WRK_RUNNING ? pass(points, memory) : 0;
    if (count >= minimum && count == last) return count;
    last = count;
    usleep(100000);
  }
  fail("varnishd", "does not have all points after 60 s");
}

/// Measures one run in blocks of passes; a single pass is too short.
static struct figure measure(
  size_t count, struct vsc *points, struct vsm *memory, int checks_status) {
  static double times[BLOCKS];
  for (int block = -5; block < BLOCKS; block++) {
    double begin = measure_now();
    for (int i = 0; i < PASSES; i++) {
      if (checks_status && !(VSM_Status(memory) & VSM_WRK_RUNNING)) fail("varnishd", "ended");
      if (pass(points, memory) != count) fail("points", "their number changed");
    }
    double time = measure_now() - begin;
    if (block >= 0) times[block] = time / PASSES * 1000 / (double)count;
  }
  return measure_figure(times, BLOCKS);
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: varnish-iter DIRECTORY POINTS PROGRAM ARGUMENTS...\n");
    return 2;
  }
  start_server(argv + 3);
  struct vsm *memory = VSM_New();
  struct vsc *points = VSC_New();
  if (!memory || !points) fail("VSM_New", "no memory");
  if (VSM_Arg(memory, 'n', argv[1]) < 0 || VSM_Arg(memory, 't', "30") < 0 ||
      VSM_Attach(memory, -1) != 0) {
    fail("VSM_Attach", VSM_Error(memory));
  }
  size_t count = wait_for(strtoul(argv[2], NULL, 10), points, memory);
  struct figure plain = {0, 0}, status = {0, 0};
  for (int run = 0; run < RUNS; run++) {
    plain = measure_best(plain, measure(count, points, memory, 0));
    status = measure_best(status, measure(count, points, memory, 1));
    usleep(50000);
  }
  // With a check that the server runs, which a careful reader makes.
  measure_print("varnish:status", status, count);
  measure_print("varnish", plain, count);
  VSC_Destroy(&points, memory);
  VSM_Destroy(&memory);
  stop_server();
  return 0;
}
