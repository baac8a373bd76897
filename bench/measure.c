// Runs a program and tells what it took: measure OUTPUT PROGRAM ARGUMENT...
// The program's stdout goes to the file OUTPUT. Prints: CPU microseconds (user and system), peak memory in KB, status.
// After MEASURE_LIMIT seconds the program is killed (not by SIGALRM, which Go's run-time ignores) and the status is 142.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pid;
static volatile sig_atomic_t late;

static void cut(int signal) {
  (void)signal;
  late = 1;
  kill(pid, SIGKILL);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *limit = getenv("MEASURE_LIMIT");
  pid = fork();
  if (pid == 0) {
    int out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0 || dup2(out, 1) < 0) _exit(126);
    execv(argv[2], argv + 2);
    _exit(127);
  }
  if (limit && pid > 0) {
    // wait4 goes on after the signal.
    struct sigaction action = {.sa_handler = cut, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, NULL);
    alarm((unsigned)atoi(limit));
  }
  int status;
  struct rusage use;
  memset(&use, 0, sizeof use);
  if (pid < 0 || wait4(pid, &status, 0, &use) < 0) return 2;
  long long us = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec + use.ru_stime.tv_usec;
  printf("%lld %ld %d\n", us, use.ru_maxrss, late ? 128 + SIGALRM : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
