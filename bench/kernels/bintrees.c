#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct Tree { struct Tree *left, *right; } Tree;
static Tree *make(int64_t depth) {
  if (depth == 0) return NULL;
  Tree *t = malloc(sizeof *t);
  t->left = make(depth - 1);
  t->right = make(depth - 1);
  return t;
}
static int64_t check(Tree *t) { return t ? 1 + check(t->left) + check(t->right) : 1; }
static void release(Tree *t) {
  if (!t) return;
  release(t->left);
  release(t->right);
  free(t);
}
static int64_t once(int64_t depth) {
  Tree *t = make(depth);
  int64_t c = check(t);
  release(t);
  return c;
}
int main(void) {
  int64_t depth = 17, sum = once(depth + 1);
  Tree *keep = make(depth);
  for (int64_t d = 4; d <= depth; d += 2) {
    int64_t rounds = 16;
    for (int64_t i = d; i < depth; i++) rounds *= 2;
    for (int64_t i = 0; i < rounds; i++) sum += once(d);
  }
  printf("%ld\n", (long)(sum + check(keep)));
  release(keep);
}
