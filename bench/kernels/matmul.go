package main

import "fmt"

func matrix(n int, scale float64) [][]float64 {
	var rows [][]float64
	for i := 0; i < n; i++ {
		var row []float64
		for j := 0; j < n; j++ {
			row = append(row, scale*float64(i-j))
		}
		rows = append(rows, row)
	}
	return rows
}

func multiply(a, b [][]float64, n int) [][]float64 {
	c := matrix(n, 0)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			sum := 0.0
			for k := 0; k < n; k++ {
				sum += a[i][k] * b[k][j]
			}
			c[i][j] = sum
		}
	}
	return c
}

func main() {
	c := multiply(matrix(700, 0.5), matrix(700, 0.25), 700)
	total := 0.0
	for _, row := range c {
		for _, x := range row {
			total += x
		}
	}
	fmt.Println(int64(c[3][5]), int64(total))
}
