package main

import "fmt"

type Expr interface{}
type Num struct{ value int }
type Var struct{ index int }
type Add struct{ left, right Expr }
type Mul struct{ left, right Expr }
type Neg struct{ inner Expr }

func build(depth, seed int) Expr {
	if depth == 0 {
		if seed%2 == 0 {
			return &Num{seed % 17}
		}
		return &Var{seed % 4}
	}
	k := seed % 5
	if k < 2 {
		return &Add{build(depth-1, seed*3+1), build(depth-1, seed*5+2)}
	}
	if k < 4 {
		return &Mul{build(depth-1, seed*7+3), build(depth-1, seed*2+4)}
	}
	return &Neg{build(depth-1, seed+7)}
}

func eval(e Expr, env []int) int {
	switch e := e.(type) {
	case *Num:
		return e.value
	case *Var:
		return env[e.index]
	case *Add:
		return (eval(e.left, env) + eval(e.right, env)) % 1000003
	case *Mul:
		return eval(e.left, env) * eval(e.right, env) % 1000003
	case *Neg:
		return -eval(e.inner, env)
	}
	return 0
}

func main() {
	e := build(12, 1)
	sum := 0
	for i := 0; i < 20000; i++ {
		sum = (sum + eval(e, []int{i, i + 1, i % 7, 3})) % 1000000007
	}
	fmt.Println(sum)
}
