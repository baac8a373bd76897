#include <stdint.h>
#include <stdio.h>
typedef struct { double x, y, z; } Vec;
static Vec add(Vec a, Vec b) { return (Vec){a.x + b.x, a.y + b.y, a.z + b.z}; }
static Vec scale(Vec a, double k) { return (Vec){a.x * k, a.y * k, a.z * k}; }
static double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static Vec cross(Vec a, Vec b) {
  return (Vec){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
int main(void) {
  Vec axis = {0.6, 0.0, 0.8};
  Vec p = {1.0, 2.0, 3.0};
  double sum = 0.0;
  for (int64_t i = 0; i < 10000000; i++) {
    Vec turned = add(add(scale(p, 0.8), scale(cross(axis, p), 0.6)), scale(axis, dot(axis, p) * 0.2));
    p = add(turned, (Vec){0.001, 0.0 - 0.002, 0.001});
    if (dot(p, p) > 20.0) p = scale(p, 0.5);
    sum = sum + p.x;
  }
  printf("%lld\n", (long long)(sum * 1000));
}
