package main

import "fmt"

type Body struct{ x, y, z, vx, vy, vz, mass float64 }

func squareRoot(a float64) float64 {
	if a == 0 {
		return 0
	}
	r := a
	if r < 1 {
		r = 1
	}
	for i := 0; i < 12; i++ {
		r = 0.5 * (r + a/r)
	}
	return r
}

func body(i int64) *Body {
	t := float64(i)
	return &Body{t*4 - 3*t*t/4, 1.5*t - 2, 0.25*t*t - t, 0.3 - 0.1*t, 0.2*t - 0.45, 0.05*t*t - 0.15, 40 / (1 + 3*t)}
}

func advance(bodies []*Body, dt float64) {
	for i, a := range bodies {
		for _, b := range bodies[i+1:] {
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			d2 := dx*dx + dy*dy + dz*dz + 0.01
			mag := dt / (d2 * d2)
			a.vx -= dx * b.mass * mag
			a.vy -= dy * b.mass * mag
			a.vz -= dz * b.mass * mag
			b.vx += dx * a.mass * mag
			b.vy += dy * a.mass * mag
			b.vz += dz * a.mass * mag
		}
	}
	for _, b := range bodies {
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}

func energy(bodies []*Body) float64 {
	e := 0.0
	for i, a := range bodies {
		e += 0.5 * a.mass * (a.vx*a.vx + a.vy*a.vy + a.vz*a.vz)
		for _, b := range bodies[i+1:] {
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			e -= a.mass * b.mass / squareRoot(dx*dx+dy*dy+dz*dz)
		}
	}
	return e
}

func main() {
	var bodies []*Body
	for i := int64(0); i < 5; i++ {
		bodies = append(bodies, body(i))
	}
	for step := 0; step < 3000000; step++ {
		advance(bodies, 0.0001)
	}
	fmt.Println(int64(energy(bodies) * 1e6))
}
