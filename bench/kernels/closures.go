package main

import "fmt"

func mapInts(xs []int, f func(int) int) []int {
	var out []int
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

func filterInts(xs []int, keep func(int) bool) []int {
	var out []int
	for _, x := range xs {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

func foldInts(xs []int, start int, f func(int, int) int) int {
	acc := start
	for _, x := range xs {
		acc = f(acc, x)
	}
	return acc
}

func compose(f, g func(int) int) func(int) int {
	return func(x int) int { return g(f(x)) }
}

func main() {
	var xs []int
	for i := 0; i < 100000; i++ {
		xs = append(xs, i)
	}
	check := 0
	for round := 0; round < 150; round++ {
		scaled := mapInts(xs, compose(func(x int) int { return x * 3 }, func(x int) int { return x + round }))
		kept := filterInts(scaled, func(x int) bool { return (x+round)%3 != 1 })
		check = (check + foldInts(kept, round, func(a, x int) int { return (a*2 + x) % 1000003 })) % 1000000007
	}
	fmt.Println(check)
}
