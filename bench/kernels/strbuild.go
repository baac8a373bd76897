package main

import (
	"fmt"
	"strconv"
	"strings"
)

func line(n int) string {
	var s strings.Builder
	s.WriteString("row ")
	s.WriteString(strconv.Itoa(n))
	s.WriteString(":")
	for i := 0; i < 20; i++ {
		s.WriteString(" ")
		s.WriteString(strconv.Itoa(n * i % 1000))
	}
	s.WriteString(";")
	return s.String()
}

func main() {
	var whole strings.Builder
	total := 0
	for n := 0; n < 250000; n++ {
		s := line(n)
		total += len(s)
		if n%10 == 0 {
			whole.WriteString(s)
		}
	}
	fmt.Println(total, whole.Len(), whole.String()[1000:1020])
}
