#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Natural numbers as 32-bit limbs, least first; schoolbook algorithms. */
typedef struct { uint32_t *at; int64_t n; } Big;
static Big big(int64_t n) { return (Big){calloc(n ? n : 1, 4), n}; }
static Big trim(Big a) {
  while (a.n && !a.at[a.n - 1]) a.n--;
  return a;
}
static Big from(uint64_t v) {
  Big r = big(2);
  r.at[0] = (uint32_t)v;
  r.at[1] = (uint32_t)(v >> 32);
  return trim(r);
}
static Big add(Big a, Big b) {
  if (a.n < b.n) { Big t = a; a = b; b = t; }
  Big r = big(a.n + 1);
  uint64_t carry = 0;
  for (int64_t i = 0; i < a.n; i++) {
    carry += (uint64_t)a.at[i] + (i < b.n ? b.at[i] : 0);
    r.at[i] = (uint32_t)carry;
    carry >>= 32;
  }
  r.at[a.n] = (uint32_t)carry;
  return trim(r);
}
static Big mul(Big a, Big b) {
  Big r = big(a.n + b.n);
  for (int64_t i = 0; i < a.n; i++) {
    uint64_t carry = 0, x = a.at[i];
    for (int64_t j = 0; j < b.n; j++) {
      carry += x * b.at[j] + r.at[i + j];
      r.at[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    r.at[i + b.n] = (uint32_t)carry;
  }
  return trim(r);
}
static uint32_t div_small(Big *a, uint32_t d) {
  uint64_t rest = 0;
  for (int64_t i = a->n - 1; i >= 0; i--) {
    rest = rest << 32 | a->at[i];
    a->at[i] = (uint32_t)(rest / d);
    rest %= d;
  }
  *a = trim(*a);
  return (uint32_t)rest;
}
static Big copy(Big a) {
  Big r = big(a.n);
  memcpy(r.at, a.at, a.n * 4);
  return r;
}
static uint32_t mod_small(Big a, uint32_t d) {
  uint64_t rest = 0;
  for (int64_t i = a.n - 1; i >= 0; i--) rest = (rest << 32 | a.at[i]) % d;
  return (uint32_t)rest;
}
/* Knuth, volume 2, algorithm D. */
static Big divide(Big a, Big b) {
  int shift = __builtin_clz(b.at[b.n - 1]);
  Big u = big(a.n + 1), v = big(b.n), q = big(a.n - b.n + 1);
  for (int64_t i = b.n - 1; i >= 0; i--)
    v.at[i] = b.at[i] << shift | (shift && i ? b.at[i - 1] >> (32 - shift) : 0);
  for (int64_t i = a.n; i >= 0; i--)
    u.at[i] = (i < a.n ? a.at[i] << shift : 0) | (shift && i ? a.at[i - 1] >> (32 - shift) : 0);
  for (int64_t j = a.n - b.n; j >= 0; j--) {
    uint64_t top = (uint64_t)u.at[j + b.n] << 32 | u.at[j + b.n - 1];
    uint64_t guess = top / v.at[b.n - 1], rest = top % v.at[b.n - 1];
    while (guess >> 32 || guess * v.at[b.n - 2] > (rest << 32 | u.at[j + b.n - 2])) {
      guess--;
      if ((rest += v.at[b.n - 1]) >> 32) break;
    }
    int64_t borrow = 0, t;
    for (int64_t i = 0; i < b.n; i++) {
      uint64_t p = guess * v.at[i];
      t = (int64_t)u.at[i + j] - borrow - (int64_t)(p & 0xffffffff);
      u.at[i + j] = (uint32_t)t;
      borrow = (int64_t)(p >> 32) - (t >> 32);
    }
    t = (int64_t)u.at[j + b.n] - borrow;
    u.at[j + b.n] = (uint32_t)t;
    if (t < 0) {
      guess--;
      uint64_t carry = 0;
      for (int64_t i = 0; i < b.n; i++) {
        carry += (uint64_t)u.at[i + j] + v.at[i];
        u.at[i + j] = (uint32_t)carry;
        carry >>= 32;
      }
      u.at[j + b.n] += (uint32_t)carry;
    }
    q.at[j] = (uint32_t)guess;
  }
  free(u.at);
  free(v.at);
  return trim(q);
}
static int64_t digits(Big a) {
  Big rest = copy(a);
  int64_t n = 0;
  uint32_t last = 0;
  while (rest.n) {
    last = div_small(&rest, 1000000000);
    if (rest.n) n += 9;
  }
  do n++;
  while (last /= 10);
  free(rest.at);
  return n;
}
static Big factorial(int64_t n) {
  Big r = from(1);
  for (int64_t i = 2; i < n + 1; i++) {
    Big k = from((uint64_t)i), t = mul(r, k);
    free(k.at);
    free(r.at);
    r = t;
  }
  return r;
}
static Big fibonacci(int64_t n) {
  Big a = from(0), b = from(1);
  for (int64_t i = 0; i < n; i++) {
    Big t = add(a, b);
    free(a.at);
    a = b;
    b = t;
  }
  return a;
}
int main(void) {
  Big f = factorial(9000), g = fibonacci(90000), p = mul(f, g), q = divide(p, fibonacci(45000));
  uint32_t m = 1000000007;
  printf("%u %u %u %u %ld\n", mod_small(f, m), mod_small(g, m), mod_small(p, m), mod_small(q, m), (long)digits(p));
}
