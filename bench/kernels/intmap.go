package main

import "fmt"

func main() {
	n := 1000000
	squares := map[int]int{}
	for i := 0; i < n; i++ {
		squares[i*7919%15485863] = i
	}
	sum := 0
	for round := 0; round < 3; round++ {
		for i := 0; i < n; i++ {
			if v, ok := squares[i*7919%15485863]; ok {
				sum += v
			}
		}
	}
	for i := 0; i < n; i++ {
		key := i * 31 % 15485863
		if v, ok := squares[key]; ok {
			squares[key] = v + 1
		}
	}
	for i := 0; i < n; i++ {
		sum += squares[i*7919%15485863]
	}
	fmt.Println(sum, len(squares))
}
