#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int is_digit(char c) { return c >= '0' && c <= '9'; }
static int64_t scan(const char *text, int64_t n) {
  int64_t sum = 0, words = 0, i = 0;
  while (i < n) {
    char c = text[i];
    if (is_digit(c)) {
      int64_t j = i;
      while (j < n && is_digit(text[j])) j++;
      char *part = malloc(j - i + 1);
      memcpy(part, text + i, j - i);
      part[j - i] = 0;
      sum += atoll(part);
      free(part);
      i = j;
    } else if (c == ' ') {
      words++;
      i++;
    } else {
      i++;
    }
  }
  return sum * 10 + words % 10;
}
int main(void) {
  char *text = malloc(1 << 20);
  int64_t len = 0, check = 0;
  for (int64_t i = 0; i < 20000; i++)
    len += sprintf(text + len, "item%ld costs %ld; ", (long)(i * 37 % 10007), (long)(i % 101));
  for (int round = 0; round < 140; round++) check = (check * 7 + scan(text, len)) % 1000000007;
  printf("%ld\n", (long)check);
}
