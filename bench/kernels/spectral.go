package main

import "fmt"

func element(i, j int) float64 { return 1.0 / float64((i+j)*(i+j+1)/2+i+1) }

func times(v []float64) []float64 {
	out := make([]float64, 0, len(v))
	for i := range v {
		sum := 0.0
		for j, x := range v {
			sum += element(i, j) * x
		}
		out = append(out, sum)
	}
	return out
}

func timesTransposed(v []float64) []float64 {
	out := make([]float64, 0, len(v))
	for i := range v {
		sum := 0.0
		for j, x := range v {
			sum += element(j, i) * x
		}
		out = append(out, sum)
	}
	return out
}

func main() {
	var u, v []float64
	for i := 0; i < 2000; i++ {
		u = append(u, 1)
	}
	for round := 0; round < 10; round++ {
		v = timesTransposed(times(u))
		u = timesTransposed(times(v))
	}
	uv, vv := 0.0, 0.0
	for i := range u {
		uv += u[i] * v[i]
		vv += v[i] * v[i]
	}
	fmt.Println(int64(uv / vv * 1e9))
}
