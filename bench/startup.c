// Times process starts, interleaved: startup ROUNDS PROGRAM [ARGUMENT...] [-- PROGRAM [ARGUMENT...]]...
// Prints a line for each program: wall microseconds (minimum, median), CPU microseconds (median), page faults, peak memory in KB.
// Output goes to /dev/null. One processor is used, so that nothing moves in between. A program that fails ends it all.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

#define MOST 32
#define WARM_UP 5

int main(int argc, char **argv) {
  int rounds = argc > 2 ? atoi(argv[1]) : 0;
  if (rounds < 1) return 2;
  char **commands[MOST];
  int count = 0;
  commands[count++] = argv + 2;
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--") != 0 || count == MOST) continue;
    argv[i] = NULL;
    commands[count++] = argv + i + 1;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  sched_setaffinity(0, sizeof one, &one);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  double *wall = malloc(sizeof(double) * count * rounds), *cpu = malloc(sizeof(double) * count * rounds);
  struct rusage use[MOST];
  if (!wall || !cpu) return 2;
  for (int round = -WARM_UP; round < rounds; round++) {
    for (int i = 0; i < count; i++) {
      pid_t pid;
      int status;
      double start = now();
      if (posix_spawnp(&pid, commands[i][0], &files, NULL, commands[i], environ) != 0 || wait4(pid, &status, 0, &use[i]) < 0 || status != 0) {
        fprintf(stderr, "%s does not run\n", commands[i][0]);
        return 1;
      }
      double end = now();
      if (round < 0) continue;
      wall[i * rounds + round] = end - start;
      cpu[i * rounds + round] = (use[i].ru_utime.tv_sec + use[i].ru_stime.tv_sec) * 1e6 + use[i].ru_utime.tv_usec + use[i].ru_stime.tv_usec;
    }
  }
  for (int i = 0; i < count; i++) {
    qsort(wall + i * rounds, rounds, sizeof(double), ascending);
    qsort(cpu + i * rounds, rounds, sizeof(double), ascending);
    printf("%.1f %.1f %.0f %ld %ld\n", wall[i * rounds], wall[i * rounds + rounds / 2], cpu[i * rounds + rounds / 2], use[i].ru_minflt, use[i].ru_maxrss);
  }
}
