package main

import (
	"fmt"
	"strconv"
	"strings"
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func scan(text string) int {
	n, sum, words, i := len(text), 0, 0, 0
	for i < n {
		c := text[i]
		if isDigit(c) {
			j := i
			for j < n && isDigit(text[j]) {
				j++
			}
			v, _ := strconv.Atoi(text[i:j])
			sum += v
			i = j
		} else if c == ' ' {
			words++
			i++
		} else {
			i++
		}
	}
	return sum*10 + words%10
}

func main() {
	var b strings.Builder
	for i := 0; i < 20000; i++ {
		b.WriteString("item" + strconv.Itoa(i*37%10007) + " costs " + strconv.Itoa(i%101) + "; ")
	}
	text, check := b.String(), 0
	for round := 0; round < 140; round++ {
		check = (check*7 + scan(text)) % 1000000007
	}
	fmt.Println(check)
}
