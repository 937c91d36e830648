//go:build !unix

package main

// readFast leaves all files to the general way of reading.
func readFast(string, *turn) (text []byte, ok bool, err error) { return nil, false, nil }
