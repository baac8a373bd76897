#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef struct { char *key; uint32_t len, hash; int64_t value; } Entry;
typedef struct { Entry *at; uint32_t count, cap; } Map;
static uint32_t hash_of(const char *s, uint32_t n) {
  uint32_t h = 2166136261u;
  for (uint32_t i = 0; i < n; i++) h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h;
}
static Entry *slot(Map *m, const char *s, uint32_t n, uint32_t hash) {
  uint32_t i = hash & (m->cap - 1);
  while (m->at[i].key && !(m->at[i].hash == hash && m->at[i].len == n && !memcmp(m->at[i].key, s, n)))
    i = (i + 1) & (m->cap - 1);
  return &m->at[i];
}
static int64_t *find(Map *m, const char *s, uint32_t n) {
  Entry *e = slot(m, s, n, hash_of(s, n));
  return e->key ? &e->value : NULL;
}
static int64_t *put(Map *m, const char *s, uint32_t n) {
  uint32_t hash = hash_of(s, n);
  Entry *e = slot(m, s, n, hash);
  if (e->key) return &e->value;
  if ((m->count + 1) * 4 > m->cap * 3) {
    Map bigger = {calloc(m->cap * 2, sizeof(Entry)), m->count, m->cap * 2};
    for (uint32_t i = 0; i < m->cap; i++)
      if (m->at[i].key) *slot(&bigger, m->at[i].key, m->at[i].len, m->at[i].hash) = m->at[i];
    free(m->at);
    *m = bigger;
    e = slot(m, s, n, hash);
  }
  m->count++;
  *e = (Entry){memcpy(malloc(n), s, n), n, hash, 0};
  return &e->value;
}
static int by_key(const void *a, const void *b) {
  const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;
  int c = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
  return c ? c : (int)x->len - (int)y->len;
}
int main(void) {
  char *text = malloc(4 << 20);
  int64_t len = 0, seed = 7, check = 0;
  for (int64_t i = 0; i < 300000; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    int64_t r = seed / 65536 % 1000;
    len += sprintf(text + len, "w%ld ", (long)(r * r / 40));
  }
  for (int round = 0; round < 14; round++) {
    Map counts = {calloc(16, sizeof(Entry)), 0, 16};
    int64_t start = 0, most = 0;
    for (int64_t i = 0; i < len; i++)
      if (text[i] == ' ') {
        int64_t *at = find(&counts, text + start, (uint32_t)(i - start));
        if (at) *at += 1;
        else *put(&counts, text + start, (uint32_t)(i - start)) = 1;
        start = i + 1;
      }
    Entry **sorted = malloc(counts.count * sizeof *sorted);
    uint32_t k = 0;
    for (uint32_t i = 0; i < counts.cap; i++)
      if (counts.at[i].key) sorted[k++] = &counts.at[i];
    qsort(sorted, k, sizeof *sorted, by_key);
    for (uint32_t i = 0; i < k; i++)
      if (sorted[i]->value > most) most = sorted[i]->value;
    check = check * 3 + most + counts.count;
    for (uint32_t i = 0; i < k; i++) free(sorted[i]->key);
    free(sorted);
    free(counts.at);
  }
  printf("%ld\n", (long)check);
}
