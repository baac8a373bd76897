#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int64_t key, value; } Entry;
typedef struct { Entry *at; char *used; uint32_t count, cap, shift; } Map;
static uint32_t slot(Map *m, int64_t key) {
  uint32_t i = (uint32_t)(((uint64_t)key * 0x9E3779B97F4A7C15u) >> m->shift);
  while (m->used[i] && m->at[i].key != key) i = (i + 1) & (m->cap - 1);
  return i;
}
static Map map_of(uint32_t cap, uint32_t shift) {
  return (Map){malloc(cap * sizeof(Entry)), calloc(cap, 1), 0, cap, shift};
}
static int64_t *find(Map *m, int64_t key) {
  uint32_t i = slot(m, key);
  return m->used[i] ? &m->at[i].value : NULL;
}
static int64_t *put(Map *m, int64_t key) {
  uint32_t i = slot(m, key);
  if (m->used[i]) return &m->at[i].value;
  if ((m->count + 1) * 2 > m->cap) {
    Map bigger = map_of(m->cap * 2, m->shift - 1);
    for (uint32_t k = 0; k < m->cap; k++)
      if (m->used[k]) {
        uint32_t to = slot(&bigger, m->at[k].key);
        bigger.used[to] = 1;
        bigger.at[to] = m->at[k];
      }
    bigger.count = m->count;
    free(m->at);
    free(m->used);
    *m = bigger;
    i = slot(m, key);
  }
  m->count++;
  m->used[i] = 1;
  m->at[i] = (Entry){key, 0};
  return &m->at[i].value;
}
int main(void) {
  int64_t n = 1000000, sum = 0;
  Map squares = map_of(16, 60);
  for (int64_t i = 0; i < n; i++) *put(&squares, i * 7919 % 15485863) = i;
  for (int round = 0; round < 3; round++)
    for (int64_t i = 0; i < n; i++) {
      int64_t *at = find(&squares, i * 7919 % 15485863);
      if (at) sum += *at;
    }
  for (int64_t i = 0; i < n; i++) {
    int64_t *at = find(&squares, i * 31 % 15485863);
    if (at) *at += 1;
  }
  for (int64_t i = 0; i < n; i++) sum += *find(&squares, i * 7919 % 15485863);
  printf("%ld %u\n", (long)sum, squares.count);
}
