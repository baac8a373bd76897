package main

import "fmt"

func fannkuch(n int) int {
	perm, work, count := make([]int, n), make([]int, n), make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	sign, checksum, most := 1, 0, 0
	for {
		first := perm[0]
		if first != 0 {
			for i := 0; i < n; i++ {
				work[i] = perm[i]
			}
			flips := 0
			for first != 0 {
				i, j := 0, first
				for i < j {
					work[i], work[j] = work[j], work[i]
					i++
					j--
				}
				flips++
				first = work[0]
			}
			if flips > most {
				most = flips
			}
			checksum += flips * sign
		}
		sign = -sign
		r, more := 1, false
		for r < n && !more {
			t := perm[0]
			for i := 0; i < r; i++ {
				perm[i] = perm[i+1]
			}
			perm[r] = t
			count[r]++
			if count[r] <= r {
				more = true
			} else {
				count[r] = 0
				r++
			}
		}
		if !more {
			break
		}
	}
	return checksum*1000 + most
}

func main() { fmt.Println(fannkuch(10)) }
