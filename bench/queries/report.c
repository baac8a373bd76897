#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int64_t id, town, age; } Customer;
typedef struct { int64_t customer, year, amount; double price; } Order;
typedef struct { int64_t town, year, n, amount; double best; } Group;
typedef struct { int64_t *keys, *values; uint64_t mask; } Table;
static Table table(int64_t most) {
  uint64_t cap = 16;
  while (cap < (uint64_t)most * 2) cap *= 2;
  return (Table){malloc(cap * 8), calloc(cap, 8), cap - 1};
}
/* The value of a key, 0 if there is none; room for it is made when `add`. */
static int64_t *at(Table *t, int64_t key) {
  uint64_t i = ((uint64_t)key * 0x9E3779B97F4A7C15u) >> 32 & t->mask;
  while (t->values[i] && t->keys[i] != key) i = (i + 1) & t->mask;
  t->keys[i] = key;
  return &t->values[i];
}
static int64_t get(Table *t, int64_t key) {
  uint64_t i = ((uint64_t)key * 0x9E3779B97F4A7C15u) >> 32 & t->mask;
  while (t->values[i] && t->keys[i] != key) i = (i + 1) & t->mask;
  return t->values[i];
}
static int order(const void *a, const void *b) {
  const Group *x = a, *y = b;
  if (x->amount != y->amount) return x->amount < y->amount ? 1 : -1;
  if (x->town != y->town) return x->town < y->town ? -1 : 1;
  return x->year < y->year ? -1 : x->year > y->year;
}
int main(int argc, char **argv) {
  int64_t rows = atoll(argv[1]), people = rows / 20, count = 0, kept = 0, check = 0;
  Customer **customers = malloc(people * sizeof *customers);
  for (int64_t i = 0; i < people; i++) {
    customers[i] = malloc(sizeof(Customer));
    *customers[i] = (Customer){i * 2, i * 7919 % 500, 18 + i % 60};
  }
  Order **orders = malloc(rows * sizeof *orders);
  for (int64_t i = 0; i < rows; i++) {
    orders[i] = malloc(sizeof(Order));
    *orders[i] = (Order){i * 7919 % (people * 3), 2000 + i * 31 % 20, 1 + i * 17 % 9, (double)(i * 13 % 1000) / 4};
  }
  Table by_id = table(people), by_key = table(10000);
  Group *groups = malloc(10000 * sizeof *groups);
  for (int64_t i = 0; i < people; i++) *at(&by_id, customers[i]->id) = i + 1;
  for (int64_t i = 0; i < rows; i++) {
    Order *o = orders[i];
    if (o->amount <= 1) continue;
    int64_t found = get(&by_id, o->customer);
    if (!found) continue;
    Customer *c = customers[found - 1];
    if (c->age < 30) continue;
    int64_t *g = at(&by_key, c->town * 4096 + o->year);
    if (!*g) {
      groups[count] = (Group){c->town, o->year, 0, 0, 0};
      *g = ++count;
    }
    Group *group = &groups[*g - 1];
    group->n++;
    group->amount += o->amount;
    if (o->price > group->best) group->best = o->price;
  }
  for (int64_t i = 0; i < count; i++)
    if (groups[i].n >= 2) groups[kept++] = groups[i];
  qsort(groups, kept, sizeof *groups, order);
  for (int64_t i = 0; i < kept; i++) {
    Group *r = &groups[i];
    check = (check * 31 + r->town * 3 + r->year * 5 + r->n * 7 + r->amount * 11 + (int64_t)(r->best * 4)) % 1000000007;
  }
  printf("%ld %ld\n", (long)kept, (long)check);
}
