package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

func words(n int) string {
	var b strings.Builder
	seed := 7
	for i := 0; i < n; i++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		r := seed / 65536 % 1000
		b.WriteString("w")
		b.WriteString(strconv.Itoa(r * r / 40))
		b.WriteString(" ")
	}
	return b.String()
}

func main() {
	text, check := words(300000), 0
	for round := 0; round < 14; round++ {
		counts := map[string]int{}
		start := 0
		for i := 0; i < len(text); i++ {
			if text[i] == ' ' {
				word := text[start:i]
				if _, ok := counts[word]; ok {
					counts[word]++
				} else {
					counts[word] = 1
				}
				start = i + 1
			}
		}
		var keys []string
		for w := range counts {
			keys = append(keys, w)
		}
		sort.Strings(keys)
		most := 0
		for _, w := range keys {
			if counts[w] > most {
				most = counts[w]
			}
		}
		check = check*3 + most + len(counts)
	}
	fmt.Println(check)
}
