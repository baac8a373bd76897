#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int64_t *at, len, cap; } List;
typedef struct Fun { int64_t (*code)(struct Fun *, int64_t); } Fun;
typedef struct Fun2 { int64_t (*code)(struct Fun2 *, int64_t, int64_t); } Fun2;
typedef struct { Fun fun; int64_t round; } WithRound;
typedef struct { Fun fun; Fun *f, *g; } Composed;
static void push(List *xs, int64_t x) {
  if (xs->len == xs->cap) xs->at = realloc(xs->at, (xs->cap = xs->cap * 2 + 8) * 8);
  xs->at[xs->len++] = x;
}
__attribute__((noinline)) static List map_ints(List xs, Fun *f) {
  List out = {0};
  for (int64_t i = 0; i < xs.len; i++) push(&out, f->code(f, xs.at[i]));
  return out;
}
__attribute__((noinline)) static List filter_ints(List xs, Fun *keep) {
  List out = {0};
  for (int64_t i = 0; i < xs.len; i++)
    if (keep->code(keep, xs.at[i])) push(&out, xs.at[i]);
  return out;
}
__attribute__((noinline)) static int64_t fold_ints(List xs, int64_t start, Fun2 *f) {
  int64_t acc = start;
  for (int64_t i = 0; i < xs.len; i++) acc = f->code(f, acc, xs.at[i]);
  return acc;
}
static int64_t run_composed(Fun *self, int64_t x) {
  Composed *c = (Composed *)self;
  return c->g->code(c->g, c->f->code(c->f, x));
}
__attribute__((noinline)) static Fun *compose(Fun *f, Fun *g) {
  Composed *c = malloc(sizeof *c);
  *c = (Composed){{run_composed}, f, g};
  return &c->fun;
}
static int64_t triple(Fun *self, int64_t x) { return (void)self, x * 3; }
static int64_t add_round(Fun *self, int64_t x) { return x + ((WithRound *)self)->round; }
static int64_t is_kept(Fun *self, int64_t x) { return (x + ((WithRound *)self)->round) % 3 != 1; }
static int64_t step(Fun2 *self, int64_t a, int64_t x) { return (void)self, (a * 2 + x) % 1000003; }
int main(void) {
  List xs = {0};
  int64_t check = 0;
  for (int64_t i = 0; i < 100000; i++) push(&xs, i);
  for (int64_t round = 0; round < 150; round++) {
    Fun f = {triple};
    WithRound g = {{add_round}, round}, k = {{is_kept}, round};
    Fun2 s = {step};
    Fun *both = compose(&f, &g.fun);
    List scaled = map_ints(xs, both), kept = filter_ints(scaled, &k.fun);
    check = (check + fold_ints(kept, round, &s)) % 1000000007;
    free(both);
    free(scaled.at);
    free(kept.at);
  }
  printf("%ld\n", (long)check);
}
