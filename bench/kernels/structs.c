#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { int64_t id, balance, moves; double rate; } Account;
static Account *account(int64_t id, int64_t balance, int64_t moves, double rate) {
  Account *a = malloc(sizeof *a);
  *a = (Account){id, balance, moves, rate};
  return a;
}
int main(void) {
  int64_t n = 1000000, len = 0, cap = 0, seed = 12345, total = 0, moves = 0;
  double rates = 0;
  Account **accounts = NULL;
  for (int64_t i = 0; i < n; i++) {
    if (len == cap) accounts = realloc(accounts, (cap = cap * 2 + 8) * sizeof *accounts);
    accounts[len++] = account(i, 1000, 0, 1.5);
  }
  for (int64_t step = 0; step < 4000000; step++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    Account *a = accounts[seed / 256 % n];
    int64_t amount = seed % 100;
    if (a->balance >= amount) {
      a->balance -= amount;
      a->moves++;
      Account *b = accounts[step % n];
      b->balance += amount;
      b->rate = b->rate * 0.5 + 1.0;
    } else {
      accounts[a->id] = account(a->id, 1000, 0, a->rate);
      free(a);
    }
  }
  for (int64_t i = 0; i < n; i++) {
    total += accounts[i]->balance;
    moves += accounts[i]->moves;
    rates += accounts[i]->rate;
  }
  printf("%ld %ld %ld\n", (long)total, (long)moves, (long)(rates * 100));
}
