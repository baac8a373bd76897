package main

import "fmt"

func sortRange(xs []int, lo, hi int) {
	if lo >= hi {
		return
	}
	pivot, i, j := xs[(lo+hi)/2], lo, hi
	for i <= j {
		for xs[i] < pivot {
			i++
		}
		for xs[j] > pivot {
			j--
		}
		if i <= j {
			xs[i], xs[j] = xs[j], xs[i]
			i++
			j--
		}
	}
	sortRange(xs, lo, j)
	sortRange(xs, i, hi)
}

func main() {
	n := 3000000
	var xs []int
	seed := 42
	for i := 0; i < n; i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		xs = append(xs, seed)
	}
	sortRange(xs, 0, n-1)
	check := 0
	for i := 0; i < n; i++ {
		check = (check*31 + xs[i]) % 1000000007
	}
	fmt.Println(check)
}
