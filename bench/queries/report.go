package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
)

type Customer struct{ id, town, age int }
type Order struct {
	customer, year, amount int
	price                  float64
}
type Key struct{ town, year int }
type Group struct {
	key       Key
	n, amount int
	best      float64
}

func main() {
	rows, _ := strconv.Atoi(os.Args[1])
	people := rows / 20
	var customers []*Customer
	for i := 0; i < people; i++ {
		customers = append(customers, &Customer{i * 2, i * 7919 % 500, 18 + i%60})
	}
	var orders []*Order
	for i := 0; i < rows; i++ {
		orders = append(orders, &Order{i * 7919 % (people * 3), 2000 + i*31%20, 1 + i*17%9, float64(i*13%1000) / 4})
	}
	byId := map[int]*Customer{}
	for _, c := range customers {
		byId[c.id] = c
	}
	byKey := map[Key]*Group{}
	var groups []*Group
	for _, o := range orders {
		if o.amount <= 1 {
			continue
		}
		c := byId[o.customer]
		if c == nil || c.age < 30 {
			continue
		}
		key := Key{c.town, o.year}
		g := byKey[key]
		if g == nil {
			g = &Group{key: key}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.n++
		g.amount += o.amount
		if o.price > g.best {
			g.best = o.price
		}
	}
	var report []*Group
	for _, g := range groups {
		if g.n >= 2 {
			report = append(report, g)
		}
	}
	sort.SliceStable(report, func(i, j int) bool {
		x, y := report[i], report[j]
		if x.amount != y.amount {
			return x.amount > y.amount
		}
		if x.key.town != y.key.town {
			return x.key.town < y.key.town
		}
		return x.key.year < y.key.year
	})
	check := 0
	for _, r := range report {
		check = (check*31 + r.key.town*3 + r.key.year*5 + r.n*7 + r.amount*11 + int(r.best*4)) % 1000000007
	}
	fmt.Println(len(report), check)
}
