//go:build !race

package main

// underRace is that the race detector looks on, which takes ten times as long.
const underRace = false
