#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int64_t distance(int64_t *a, int64_t n, int64_t *b, int64_t m) {
  int64_t **table = malloc((n + 1) * sizeof *table);
  for (int64_t i = 0; i < n + 1; i++) table[i] = calloc(m + 1, sizeof **table);
  for (int64_t i = 0; i < n + 1; i++) table[i][0] = i;
  for (int64_t j = 0; j < m + 1; j++) table[0][j] = j;
  for (int64_t i = 1; i < n + 1; i++)
    for (int64_t j = 1; j < m + 1; j++) {
      int64_t best = table[i - 1][j] + 1;
      if (table[i][j - 1] + 1 < best) best = table[i][j - 1] + 1;
      int64_t cost = 1;
      if (a[i - 1] == b[j - 1]) cost = 0;
      if (table[i - 1][j - 1] + cost < best) best = table[i - 1][j - 1] + cost;
      table[i][j] = best;
    }
  int64_t result = table[n][m];
  for (int64_t i = 0; i < n + 1; i++) free(table[i]);
  free(table);
  return result;
}
static int64_t *sequence(int64_t n, int64_t seed) {
  int64_t *out = malloc(n * sizeof *out);
  for (int64_t i = 0; i < n; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    out[i] = seed / 65536 % 4;
  }
  return out;
}
int main(void) {
  int64_t total = 0;
  for (int64_t round = 0; round < 8; round++) {
    int64_t *a = sequence(2000, 1 + round), *b = sequence(2000, 100 + round);
    total += distance(a, 2000, b, 2000);
    free(a);
    free(b);
  }
  printf("%ld\n", (long)total);
}
