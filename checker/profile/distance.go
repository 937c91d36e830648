package profile

import "unicode/utf8"

// Distance counts the edits that turn one name into the other: a character
// added, dropped, or changed, or two neighbors swapped. Names are short; beyond
// 64 bytes they count as far apart.
func Distance(a, b string) int {
	const most = 64
	if len(a) > most || len(b) > most {
		return most
	}
	a, b = oneByteEach(a), oneByteEach(b)
	if a == b {
		return 0
	}
	var rows [3][most + 1]int
	older, old, row := &rows[0], &rows[1], &rows[2]
	for j := 0; j <= len(b); j++ {
		old[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := old[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, old[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(b)]
}

// oneByteEach writes a name with one byte for each character. Those that are not ASCII may share a byte.
func oneByteEach(name string) string {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			b := make([]byte, 0, len(name))
			for _, r := range name {
				if r >= utf8.RuneSelf {
					r = utf8.RuneSelf | r&0x7f
				}
				b = append(b, byte(r))
			}
			return string(b)
		}
	}
	return name
}
