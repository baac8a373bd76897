#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { char *at; size_t len, cap; } Text;
static void add(Text *t, const char *s, size_t n) {
  if (t->len + n > t->cap) t->at = realloc(t->at, t->cap = (t->len + n) * 2);
  memcpy(t->at + t->len, s, n);
  t->len += n;
}
static void add_number(Text *t, int64_t v) {
  char digits[24];
  int at = 24;
  do digits[--at] = (char)('0' + v % 10);
  while (v /= 10);
  add(t, digits + at, 24 - at);
}
static Text line(int64_t n) {
  Text s = {0};
  add(&s, "row ", 4);
  add_number(&s, n);
  add(&s, ":", 1);
  for (int64_t i = 0; i < 20; i++) add(&s, " ", 1), add_number(&s, n * i % 1000);
  add(&s, ";", 1);
  return s;
}
int main(void) {
  Text whole = {0};
  int64_t total = 0;
  for (int64_t n = 0; n < 250000; n++) {
    Text s = line(n);
    total += (int64_t)s.len;
    if (n % 10 == 0) add(&whole, s.at, s.len);
    free(s.at);
  }
  printf("%ld %zu %.20s\n", (long)total, whole.len, whole.at + 1000);
}
