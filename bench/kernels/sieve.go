package main

import "fmt"

func sieve(n int) int {
	var prime []bool
	for i := 0; i < n+1; i++ {
		prime = append(prime, true)
	}
	count := 0
	for i := 2; i < n+1; i++ {
		if prime[i] {
			count++
			for j := i * i; j <= n; j += i {
				prime[j] = false
			}
		}
	}
	return count
}

func main() { fmt.Println(sieve(40000000)) }
