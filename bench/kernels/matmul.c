#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static double **matrix(int64_t n, double scale) {
  double **rows = malloc(n * sizeof *rows);
  for (int64_t i = 0; i < n; i++) {
    rows[i] = malloc(n * sizeof **rows);
    for (int64_t j = 0; j < n; j++) rows[i][j] = scale * (double)(i - j);
  }
  return rows;
}
static double **multiply(double **a, double **b, int64_t n) {
  double **c = matrix(n, 0);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      double sum = 0;
      for (int64_t k = 0; k < n; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  return c;
}
int main(void) {
  int64_t n = 700;
  double **c = multiply(matrix(n, 0.5), matrix(n, 0.25), n), total = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) total += c[i][j];
  printf("%ld %ld\n", (long)c[3][5], (long)total);
}
