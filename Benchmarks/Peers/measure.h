// Shared by both programs: a clock, the times of a run, and the output line.
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/// Times in nanoseconds. The median is the minimum of the medians of several runs, so that a run on
/// a busy host does not count.
struct figure {
  double minimum, median;
};

static inline double measure_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int measure_order(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/// Returns the figure of one run; sorts its times.
static inline struct figure measure_figure(double *times, size_t count) {
  qsort(times, count, sizeof *times, measure_order);
  return (struct figure){times[0], times[count / 2]};
}

/// Returns the smaller minimum and the smaller median; a figure of zeros is unset.
static inline struct figure measure_best(struct figure a, struct figure b) {
  if (a.minimum == 0) return b;
  return (struct figure){
    a.minimum < b.minimum ? a.minimum : b.minimum, a.median < b.median ? a.median : b.median};
}

/// Prints a line for `PeerBenchmark`: name, minimum, median, number of values.
static inline void measure_print(const char *name, struct figure figure, size_t values) {
  printf("%s %.1f %.1f %zu\n", name, figure.minimum, figure.median, values);
}

#endif
