#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static void sort_range(int64_t *xs, int64_t lo, int64_t hi) {
  if (lo >= hi) return;
  int64_t pivot = xs[(lo + hi) / 2], i = lo, j = hi;
  while (i <= j) {
    while (xs[i] < pivot) i++;
    while (xs[j] > pivot) j--;
    if (i <= j) {
      int64_t t = xs[i];
      xs[i] = xs[j];
      xs[j] = t;
      i++, j--;
    }
  }
  sort_range(xs, lo, j);
  sort_range(xs, i, hi);
}
int main(void) {
  int64_t n = 3000000, len = 0, cap = 0, *xs = NULL, seed = 42, check = 0;
  for (int64_t i = 0; i < n; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    if (len == cap) xs = realloc(xs, (cap = cap * 2 + 8) * sizeof *xs);
    xs[len++] = seed;
  }
  sort_range(xs, 0, n - 1);
  for (int64_t i = 0; i < n; i++) check = (check * 31 + xs[i]) % 1000000007;
  printf("%ld\n", (long)check);
}
