#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef struct { double x, y, z, vx, vy, vz, mass; } Body;
static double square_root(double a) {
  if (a == 0) return 0;
  double r = a < 1 ? 1 : a;
  for (int i = 0; i < 12; i++) r = 0.5 * (r + a / r);
  return r;
}
static Body *body(int64_t i) {
  double t = (double)i;
  Body *b = malloc(sizeof *b);
  *b = (Body){t * 4 - 3 * t * t / 4, 1.5 * t - 2, 0.25 * t * t - t, 0.3 - 0.1 * t, 0.2 * t - 0.45,
              0.05 * t * t - 0.15, 40 / (1 + 3 * t)};
  return b;
}
__attribute__((noinline)) static void advance(Body **bodies, int64_t n, double dt) {
  for (int64_t i = 0; i < n; i++) {
    Body *a = bodies[i];
    for (int64_t j = i + 1; j < n; j++) {
      Body *b = bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double d2 = dx * dx + dy * dy + dz * dz + 0.01, mag = dt / (d2 * d2);
      a->vx -= dx * b->mass * mag;
      a->vy -= dy * b->mass * mag;
      a->vz -= dz * b->mass * mag;
      b->vx += dx * a->mass * mag;
      b->vy += dy * a->mass * mag;
      b->vz += dz * a->mass * mag;
    }
  }
  for (int64_t i = 0; i < n; i++) {
    Body *b = bodies[i];
    b->x += dt * b->vx;
    b->y += dt * b->vy;
    b->z += dt * b->vz;
  }
}
static double energy(Body **bodies, int64_t n) {
  double e = 0;
  for (int64_t i = 0; i < n; i++) {
    Body *a = bodies[i];
    e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int64_t j = i + 1; j < n; j++) {
      Body *b = bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      e -= a->mass * b->mass / square_root(dx * dx + dy * dy + dz * dz);
    }
  }
  return e;
}
int main(void) {
  Body **bodies = malloc(5 * sizeof *bodies);
  for (int i = 0; i < 5; i++) bodies[i] = body(i);
  for (int step = 0; step < 3000000; step++) advance(bodies, 5, 0.0001);
  printf("%ld\n", (long)(energy(bodies, 5) * 1e6));
}
