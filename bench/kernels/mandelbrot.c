#include <stdint.h>
#include <stdio.h>
static int64_t iterations(double cr, double ci, int64_t limit) {
  double zr = 0, zi = 0;
  int64_t n = 0;
  while (n < limit && zr * zr + zi * zi <= 4) {
    double t = zr * zr - zi * zi + cr;
    zi = 2 * zr * zi + ci;
    zr = t;
    n++;
  }
  return n;
}
int main(void) {
  int64_t size = 900, sum = 0;
  for (int64_t y = 0; y < size; y++)
    for (int64_t x = 0; x < size; x++)
      sum += iterations(2.0 * (double)x / (double)size - 1.5, 2.0 * (double)y / (double)size - 1.0, 200);
  printf("%ld\n", (long)sum);
}
