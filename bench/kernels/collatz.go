package main

import "fmt"

func longest(limit int) int {
	best, at := 0, 0
	for start := 1; start < limit; start++ {
		n, steps := start, 0
		for n != 1 {
			if n%2 == 0 {
				n = n / 2
			} else {
				n = 3*n + 1
			}
			steps++
		}
		if steps > best {
			best, at = steps, start
		}
	}
	return at*1000 + best
}

func main() { fmt.Println(longest(1000000)) }
