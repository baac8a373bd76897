package main

import "fmt"

type Tree struct{ left, right *Tree }

func makeTree(depth int) *Tree {
	if depth == 0 {
		return nil
	}
	return &Tree{makeTree(depth - 1), makeTree(depth - 1)}
}

func check(t *Tree) int {
	if t == nil {
		return 1
	}
	return 1 + check(t.left) + check(t.right)
}

func main() {
	depth := 17
	sum := check(makeTree(depth + 1))
	long := makeTree(depth)
	for d := 4; d <= depth; d += 2 {
		rounds := 16
		for i := d; i < depth; i++ {
			rounds *= 2
		}
		for i := 0; i < rounds; i++ {
			sum += check(makeTree(d))
		}
	}
	fmt.Println(sum + check(long))
}
