#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef enum { NUM, VAR, ADD, MUL, NEG } Tag;
typedef struct Expr {
  Tag tag;
  union {
    int64_t value;
    struct { struct Expr *left, *right; };
  };
} Expr;
static Expr *leaf(Tag tag, int64_t value) {
  Expr *e = malloc(sizeof *e);
  e->tag = tag;
  e->value = value;
  return e;
}
static Expr *node(Tag tag, Expr *left, Expr *right) {
  Expr *e = malloc(sizeof *e);
  e->tag = tag;
  e->left = left;
  e->right = right;
  return e;
}
static Expr *build(int64_t depth, int64_t seed) {
  if (depth == 0) return seed % 2 == 0 ? leaf(NUM, seed % 17) : leaf(VAR, seed % 4);
  int64_t k = seed % 5;
  if (k < 2) return node(ADD, build(depth - 1, seed * 3 + 1), build(depth - 1, seed * 5 + 2));
  if (k < 4) return node(MUL, build(depth - 1, seed * 7 + 3), build(depth - 1, seed * 2 + 4));
  return node(NEG, build(depth - 1, seed + 7), NULL);
}
static int64_t eval(Expr *e, int64_t *env) {
  switch (e->tag) {
  case NUM: return e->value;
  case VAR: return env[e->value];
  case ADD: return (eval(e->left, env) + eval(e->right, env)) % 1000003;
  case MUL: return eval(e->left, env) * eval(e->right, env) % 1000003;
  case NEG: return -eval(e->left, env);
  }
  return 0;
}
int main(void) {
  Expr *e = build(12, 1);
  int64_t sum = 0;
  for (int64_t i = 0; i < 20000; i++) {
    int64_t *env = malloc(4 * sizeof *env);
    env[0] = i, env[1] = i + 1, env[2] = i % 7, env[3] = 3;
    sum = (sum + eval(e, env)) % 1000000007;
    free(env);
  }
  printf("%ld\n", (long)sum);
}
