package main

import "fmt"

type Vec struct{ x, y, z float64 }

func add(a, b Vec) Vec             { return Vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func scale(a Vec, k float64) Vec   { return Vec{a.x * k, a.y * k, a.z * k} }
func dot(a, b Vec) float64         { return a.x*b.x + a.y*b.y + a.z*b.z }
func cross(a, b Vec) Vec {
	return Vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

func main() {
	axis := Vec{0.6, 0.0, 0.8}
	p := Vec{1.0, 2.0, 3.0}
	sum := 0.0
	for i := 0; i < 10000000; i++ {
		turned := add(add(scale(p, 0.8), scale(cross(axis, p), 0.6)), scale(axis, dot(axis, p)*0.2))
		p = add(turned, Vec{0.001, 0.0 - 0.002, 0.001})
		if dot(p, p) > 20.0 {
			p = scale(p, 0.5)
		}
		sum = sum + p.x
	}
	fmt.Println(int64(sum * 1000))
}
