#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int64_t fannkuch(int64_t n) {
  int64_t *perm = calloc(n, 8), *work = calloc(n, 8), *count = calloc(n, 8);
  for (int64_t i = 0; i < n; i++) perm[i] = i;
  int64_t sign = 1, checksum = 0, most = 0;
  for (;;) {
    int64_t first = perm[0];
    if (first) {
      for (int64_t i = 0; i < n; i++) work[i] = perm[i];
      int64_t flips = 0;
      while (first) {
        int64_t i = 0, j = first;
        while (i < j) {
          int64_t t = work[i];
          work[i] = work[j];
          work[j] = t;
          i++, j--;
        }
        flips++;
        first = work[0];
      }
      if (flips > most) most = flips;
      checksum += flips * sign;
    }
    sign = -sign;
    int64_t r = 1;
    int more = 0;
    while (r < n && !more) {
      int64_t t = perm[0];
      for (int64_t i = 0; i < r; i++) perm[i] = perm[i + 1];
      perm[r] = t;
      count[r]++;
      if (count[r] <= r) more = 1;
      else count[r] = 0, r++;
    }
    if (!more) break;
  }
  return checksum * 1000 + most;
}
int main(void) { printf("%ld\n", (long)fannkuch(10)); }
