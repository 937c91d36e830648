package profile

import "unsafe"

// alias gives the bytes as a string without copying them: the scanner cuts
// every text of the tree from it. Parse owns the bytes, and nothing writes to
// them afterwards.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
