//go:build !unix

package main

func unixFiles() []hostile { return nil }
