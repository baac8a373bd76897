package main

import "fmt"

type Account struct {
	id, balance, moves int
	rate               float64
}

func main() {
	n := 1000000
	var accounts []*Account
	for i := 0; i < n; i++ {
		accounts = append(accounts, &Account{i, 1000, 0, 1.5})
	}
	seed := 12345
	for step := 0; step < 4000000; step++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		a := accounts[seed/256%n]
		amount := seed % 100
		if a.balance >= amount {
			a.balance -= amount
			a.moves++
			b := accounts[step%n]
			b.balance += amount
			b.rate = b.rate*0.5 + 1.0
		} else {
			accounts[a.id] = &Account{a.id, 1000, 0, a.rate}
		}
	}
	total, moves, rates := 0, 0, 0.0
	for _, a := range accounts {
		total += a.balance
		moves += a.moves
		rates += a.rate
	}
	fmt.Println(total, moves, int64(rates*100))
}
