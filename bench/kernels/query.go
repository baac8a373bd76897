package main

import (
	"fmt"
	"sort"
)

type Shop struct{ id, town int }
type Sale struct {
	shop, amount int
	price        float64
}
type Group struct {
	town, count, amount int
	best                float64
}

func main() {
	var shops []*Shop
	for i := 0; i < 5000; i++ {
		shops = append(shops, &Shop{i * 3, i * i % 997})
	}
	var sales []*Sale
	seed := 99
	for i := 0; i < 3000000; i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		sales = append(sales, &Sale{seed / 1024 % 15000, seed % 50, float64(seed%1000) / 4})
	}
	byId := map[int]*Shop{}
	for _, s := range shops {
		byId[s.id] = s
	}
	byTown := map[int]*Group{}
	var groups []*Group
	for _, s := range sales {
		if s.amount <= 2 {
			continue
		}
		shop := byId[s.shop]
		if shop == nil {
			continue
		}
		g := byTown[shop.town]
		if g == nil {
			g = &Group{town: shop.town}
			byTown[shop.town] = g
			groups = append(groups, g)
		}
		g.count++
		g.amount += s.amount
		if s.price > g.best {
			g.best = s.price
		}
	}
	var report []*Group
	for _, g := range groups {
		if g.count > 100 {
			report = append(report, g)
		}
	}
	sort.SliceStable(report, func(i, j int) bool { return report[i].amount > report[j].amount })
	check := 0
	for _, g := range report {
		check = (check*31 + g.town + g.count*7 + g.amount*3 + int(g.best*4)) % 1000000007
	}
	fmt.Println(len(report), check)
}
