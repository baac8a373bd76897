package main

import "fmt"

func distance(a, b []int) int {
	n, m := len(a), len(b)
	var table [][]int
	for i := 0; i < n+1; i++ {
		table = append(table, make([]int, m+1))
	}
	for i := 0; i < n+1; i++ {
		table[i][0] = i
	}
	for j := 0; j < m+1; j++ {
		table[0][j] = j
	}
	for i := 1; i < n+1; i++ {
		for j := 1; j < m+1; j++ {
			best := table[i-1][j] + 1
			if table[i][j-1]+1 < best {
				best = table[i][j-1] + 1
			}
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			if table[i-1][j-1]+cost < best {
				best = table[i-1][j-1] + cost
			}
			table[i][j] = best
		}
	}
	return table[n][m]
}

func sequence(n, seed int) []int {
	var out []int
	for i := 0; i < n; i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		out = append(out, seed/65536%4)
	}
	return out
}

func main() {
	total := 0
	for round := 0; round < 8; round++ {
		total += distance(sequence(2000, 1+round), sequence(2000, 100+round))
	}
	fmt.Println(total)
}
