#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int64_t id, town; } Shop;
typedef struct { int64_t shop, amount; double price; } Sale;
typedef struct { int64_t town, count, amount, order; double best; } Group;
typedef struct { int64_t *keys, *values; uint64_t mask; } Table;
static Table table(uint64_t cap) { return (Table){malloc(cap * 8), calloc(cap, 8), cap - 1}; }
static int64_t *at(Table *t, int64_t key) {
  uint64_t i = ((uint64_t)key * 0x9E3779B97F4A7C15u) >> 40 & t->mask;
  while (t->values[i] && t->keys[i] != key) i = (i + 1) & t->mask;
  t->keys[i] = key;
  return &t->values[i];
}
static int64_t get(Table *t, int64_t key) {
  uint64_t i = ((uint64_t)key * 0x9E3779B97F4A7C15u) >> 40 & t->mask;
  while (t->values[i] && t->keys[i] != key) i = (i + 1) & t->mask;
  return t->values[i];
}
static int by_amount(const void *a, const void *b) {
  const Group *x = a, *y = b;
  if (x->amount != y->amount) return x->amount < y->amount ? 1 : -1;
  return x->order < y->order ? -1 : 1;
}
int main(void) {
  Shop **shops = malloc(5000 * sizeof *shops);
  for (int64_t i = 0; i < 5000; i++) {
    shops[i] = malloc(sizeof(Shop));
    *shops[i] = (Shop){i * 3, i * i % 997};
  }
  int64_t len = 0, cap = 0, seed = 99;
  Sale **sales = NULL;
  for (int64_t i = 0; i < 3000000; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    if (len == cap) sales = realloc(sales, (cap = cap * 2 + 8) * sizeof *sales);
    sales[len] = malloc(sizeof(Sale));
    *sales[len++] = (Sale){seed / 1024 % 15000, seed % 50, (double)(seed % 1000) / 4};
  }
  Table by_id = table(16384), by_town = table(4096);
  for (int64_t i = 0; i < 5000; i++) *at(&by_id, shops[i]->id) = i + 1;
  Group *groups = malloc(997 * sizeof *groups);
  int64_t count = 0, kept = 0, check = 0;
  for (int64_t i = 0; i < len; i++) {
    Sale *s = sales[i];
    if (s->amount <= 2) continue;
    int64_t shop = get(&by_id, s->shop);
    if (!shop) continue;
    int64_t *g = at(&by_town, shops[shop - 1]->town);
    if (!*g) {
      groups[count] = (Group){shops[shop - 1]->town, 0, 0, count, 0};
      *g = ++count;
    }
    Group *group = &groups[*g - 1];
    group->count++;
    group->amount += s->amount;
    if (s->price > group->best) group->best = s->price;
  }
  for (int64_t i = 0; i < count; i++)
    if (groups[i].count > 100) groups[kept++] = groups[i];
  qsort(groups, kept, sizeof *groups, by_amount);
  for (int64_t i = 0; i < kept; i++)
    check = (check * 31 + groups[i].town + groups[i].count * 7 + groups[i].amount * 3 + (int64_t)(groups[i].best * 4)) % 1000000007;
  printf("%ld %ld\n", (long)kept, (long)check);
}
