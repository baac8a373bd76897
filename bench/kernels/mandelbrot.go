package main

import "fmt"

func iterations(cr, ci float64, limit int) int {
	zr, zi := 0.0, 0.0
	n := 0
	for n < limit && zr*zr+zi*zi <= 4 {
		t := zr*zr - zi*zi + cr
		zi = 2*zr*zi + ci
		zr = t
		n++
	}
	return n
}

func main() {
	size, sum := 900, 0
	for y := 0; y < size; y++ {
		for x := 0; x < size; x++ {
			sum += iterations(2.0*float64(x)/float64(size)-1.5, 2.0*float64(y)/float64(size)-1.0, 200)
		}
	}
	fmt.Println(sum)
}
