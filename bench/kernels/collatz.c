#include <stdint.h>
#include <stdio.h>
static int64_t longest(int64_t limit) {
  int64_t best = 0, at = 0;
  for (int64_t start = 1; start < limit; start++) {
    int64_t n = start, steps = 0;
    while (n != 1) {
      if (n % 2 == 0) n = n / 2;
      else n = 3 * n + 1;
      steps++;
    }
    if (steps > best) best = steps, at = start;
  }
  return at * 1000 + best;
}
int main(void) { printf("%ld\n", (long)longest(1000000)); }
