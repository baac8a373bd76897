package main

import (
	"fmt"
	"math/big"
)

func factorial(n int64) *big.Int {
	r := big.NewInt(1)
	for i := int64(2); i < n+1; i++ {
		r = new(big.Int).Mul(r, big.NewInt(i))
	}
	return r
}

func fibonacci(n int) *big.Int {
	a, b := big.NewInt(0), big.NewInt(1)
	for i := 0; i < n; i++ {
		a, b = b, new(big.Int).Add(a, b)
	}
	return a
}

func main() {
	f, g := factorial(9000), fibonacci(90000)
	p := new(big.Int).Mul(f, g)
	q := new(big.Int).Quo(p, fibonacci(45000))
	m := big.NewInt(1000000007)
	rem := func(x *big.Int) *big.Int { return new(big.Int).Rem(x, m) }
	fmt.Println(rem(f), rem(g), rem(p), rem(q), len(p.String()))
}
