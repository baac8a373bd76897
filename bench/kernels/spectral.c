#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static double element(int64_t i, int64_t j) { return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }
static double *times(double *v, int64_t n) {
  double *out = malloc(n * sizeof *out);
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++) sum += element(i, j) * v[j];
    out[i] = sum;
  }
  return out;
}
static double *times_transposed(double *v, int64_t n) {
  double *out = malloc(n * sizeof *out);
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++) sum += element(j, i) * v[j];
    out[i] = sum;
  }
  return out;
}
static double *both(double *v, int64_t n) {
  double *t = times(v, n), *out = times_transposed(t, n);
  free(t);
  return out;
}
int main(void) {
  int64_t n = 2000;
  double *u = malloc(n * sizeof *u), *v = NULL, uv = 0, vv = 0;
  for (int64_t i = 0; i < n; i++) u[i] = 1;
  for (int round = 0; round < 10; round++) {
    free(v);
    v = both(u, n);
    free(u);
    u = both(v, n);
  }
  for (int64_t i = 0; i < n; i++) uv += u[i] * v[i], vv += v[i] * v[i];
  printf("%ld\n", (long)(uv / vv * 1e9));
}
