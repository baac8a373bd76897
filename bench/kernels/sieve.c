#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int64_t sieve(int64_t n) {
  char *prime = NULL;
  int64_t len = 0, cap = 0;
  for (int64_t i = 0; i < n + 1; i++) {
    if (len == cap) prime = realloc(prime, cap = cap * 2 + 8);
    prime[len++] = 1;
  }
  int64_t count = 0;
  for (int64_t i = 2; i < n + 1; i++)
    if (prime[i]) {
      count++;
      for (int64_t j = i * i; j <= n; j += i) prime[j] = 0;
    }
  return count;
}
int main(void) { printf("%ld\n", (long)sieve(40000000)); }
