package main

import (
	"encoding/binary"
	"math"
	"strings"
)

// binaryList writes a binary property list of the given objects, the first one
// on top, with references of so many bytes.
func binaryList(width int, objects ...[]byte) []byte {
	out := []byte("bplist00")
	var offsets []byte
	for _, object := range objects {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(out)))
		out = append(out, object...)
	}
	table := uint64(len(out))
	out = append(out, offsets...)
	out = append(out, 0, 0, 0, 0, 0, 0, 4, byte(width))
	out = binary.BigEndian.AppendUint64(out, uint64(len(objects)))
	out = binary.BigEndian.AppendUint64(out, 0)
	return binary.BigEndian.AppendUint64(out, table)
}

// sized is an object whose length stands behind its marker.
func sized(kind byte, length uint64, contents ...byte) []byte {
	out := binary.BigEndian.AppendUint64([]byte{kind | 0x0f, 0x13}, length)
	return append(out, contents...)
}

func ascii(text string) []byte { return sized(0x50, uint64(len(text)), []byte(text)...) }

// dict is a dict of so many keys, with references of two bytes.
func dict(keys int, refs ...uint16) []byte {
	out := sized(0xd0, uint64(keys))
	for _, ref := range refs {
		out = binary.BigEndian.AppendUint16(out, ref)
	}
	return out
}

func hostileBinary() []hostile {
	whole := func(name string, text func() []byte, says string) hostile {
		return hostile{name: name, text: text, exit: 1, says: says}
	}
	objects := func(name, says string, list ...[]byte) hostile {
		return whole(name, func() []byte { return binaryList(1, list...) }, says)
	}
	lie := func(name, says string, at int, value uint64) hostile { // in the trailer
		return whole(name, func() []byte {
			text := binaryList(1, []byte{0xa1, 1}, []byte{0x09})
			trailer := text[len(text)-32:]
			if at == 6 || at == 7 {
				trailer[at] = byte(value)
			} else {
				binary.BigEndian.PutUint64(trailer[at:], value)
			}
			return text
		}, says)
	}
	real64 := func(f float64) []byte { return binary.BigEndian.AppendUint64([]byte{0x33}, math.Float64bits(f)) }
	twice := func(n int) (list [][]byte) { // each object holds the next one twice
		for i := range n {
			list = append(list, []byte{0xa2, byte(i + 1), byte(i + 1)})
		}
		return list
	}
	const damaged = "corrupt binary property list"
	return []hostile{
		objects("wrap", "runs past the end of the file", []byte{0x5f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		objects("wrap-utf16", "runs past the end of the file", []byte{0x6f, 0x13, 0x80, 0, 0, 0, 0, 0, 0, 1}),
		objects("wrap-data", "runs past the end of the file", sized(0x40, math.MaxInt64)),
		objects("wrap-array", "runs past the end of the file", sized(0xa0, 1<<40)),
		objects("wrap-dict", "runs past the end of the file", sized(0xd0, 1<<62)),
		objects("cycle", "contains itself", []byte{0xa1, 0}),
		objects("cycle-long", "contains itself", []byte{0xa1, 1}, []byte{0xa1, 2}, []byte{0xa1, 0}),
		objects("cycle-key", "a key that is not a string", []byte{0xd1, 0, 0}),
		whole("short", fixed("bplist00"), damaged),
		whole("cut-off", func() []byte { return binaryList(1, ascii("abc"))[:40] }, damaged),
		whole("version", func() []byte { return append([]byte("bplist17"), make([]byte, 64)...) }, `unsupported binary property list "bplist17"`),
		whole("trailer-noise", func() []byte { return append([]byte("bplist00"), noise(1<<20)...) }, damaged),
		lie("offset-width-0", "offsets of 0", 6, 0),
		lie("offset-width-9", "offsets of 9", 6, 9),
		lie("reference-width-0", "references of 0", 7, 0),
		lie("reference-width-8", "references of 8", 7, 8),
		lie("count-more", "object count of 3", 8, 3),
		lie("count-huge", "object count of 18446744073709551615", 8, math.MaxUint64),
		lie("count-wraps", "object count", 8, 1<<62),
		lie("top", "object 2 at the top", 16, 2),
		lie("top-huge", "at the top", 16, math.MaxUint64),
		lie("table-first", "places the offset table at byte 0", 24, 0),
		lie("table-behind", "places the offset table at byte", 24, math.MaxUint64),
		whole("objects-many", func() []byte {
			list := make([][]byte, 1<<20+1)
			for i := range list {
				list[i] = []byte{0x09}
			}
			return binaryList(4, list...)
		}, "more than 1048576 objects"),
		whole("narrow", func() []byte {
			list := make([][]byte, 300)
			for i := range list {
				list[i] = []byte{0x09}
			}
			return binaryList(1, list...)
		}, "too narrow for its size"),
		whole("offset-outside", func() []byte {
			text := binaryList(1, []byte{0xa1, 1}, []byte{0x09})
			text[len(text)-33] = 0xff
			return text
		}, "outside the objects of the file"),
		objects("reference-outside", "refers to object 7 of 1", []byte{0xa1, 7}),
		objects("uid", "UID of a keyed archive", []byte{0x80, 1}),
		objects("null", "unsupported type 0x00", []byte{0x00}),
		objects("fill", "unsupported type 0x0f", []byte{0x0f}),
		objects("set", "unsupported type 0xc0", []byte{0xc0}),
		objects("url", "unsupported type 0x0c", []byte{0x0c}),
		objects("integer-wide", "has the unsupported type", append([]byte{0x15}, make([]byte, 32)...)),
		objects("integer-16", "integer does not fit in 64 bits", append([]byte{0x14}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
		objects("length-missing", "no readable length", []byte{0x5f}),
		objects("length-real", "no readable length", []byte{0x5f, 0x22, 0, 0, 0, 0}),
		objects("ascii-high", "string marked as ASCII holds other characters", []byte{0x51, 0xff}),
		objects("date-nan", "date is not within the years", append([]byte{0x33}, real64(math.NaN())[1:]...)),
		objects("date-huge", "date is not within the years", real64(1e300)),
		objects("date-year", "date is not within the years", real64(-1e14)),
		objects("real-nan", "whose value is of type real", append([]byte{0x23}, real64(math.NaN())[1:]...)),
		objects("surrogate", "whose value is of type string", []byte{0x61, 0xd8, 0x00}),
		objects("keys-twice", "duplicate key", dict1(), ascii("a"), []byte{0x09}),
		objects("key-number", "a key that is not a string", []byte{0xd1, 1, 1}, []byte{0x10, 1}),
		objects("key-escape", `\x1b[31m`, []byte{0xd2, 1, 1, 2, 2}, ascii("a\x1b[31m"), []byte{0x09}),
		objects("dag", "values when its references are followed", append(twice(40), []byte{0x09})...),
		whole("dag-text", func() []byte {
			return binaryList(1, append(append(twice(12), append([]byte{0xaf, 0x10, 200}, []byte(strings.Repeat("\x0d", 200))...)), ascii(many("a", 1<<16)))...)
		}, "too much text when its references are followed"),
		whole("dag-keys", func() []byte {
			list := [][]byte{sized(0xa0, 2000, []byte(strings.Repeat("\x00\x01", 2000))...), dict(40, append(repeated(2, 40), repeated(3, 40)...)...), ascii(many("k", 1<<20)), {0x09}}
			return binaryList(2, list...)
		}, "too much text when its references are followed"),
		whole("overlap", func() []byte { // the object of the third begins inside of that of the second
			text := binaryList(1, []byte{0xa2, 1, 2}, ascii("a\x51b"), []byte{0x09})
			table := len(text) - 32 - 12
			binary.BigEndian.PutUint32(text[table+8:], uint32(table-3))
			return text
		}, "overlap"),
		whole("deep", func() []byte { // references of four bytes
			var list [][]byte
			for i := range 60000 {
				list = append(list, binary.BigEndian.AppendUint32([]byte{0xa1}, uint32(i+1)))
			}
			return binaryList(4, append(list, []byte{0x09})...)
		}, "nested more than 512 deep"),
		whole("deep-513", func() []byte {
			var list [][]byte
			for i := range 513 {
				list = append(list, binary.BigEndian.AppendUint16([]byte{0xa1}, uint16(i+1)))
			}
			return binaryList(2, append(list, []byte{0x09})...)
		}, "nested more than 512 deep"),
		{name: "wide", args: "check " + allPacks + " in.mobileconfig", text: func() []byte {
			refs := make([]byte, 0, 4*400_000)
			for range 400_000 {
				refs = binary.BigEndian.AppendUint16(refs, 1)
			}
			return binaryList(2, sized(0xa0, 400_000, refs...), []byte{0x09})
		}, exit: 2, says: "whose value is of type array & which policies are not shown"},
		whole("data-long", func() []byte { return binaryList(1, sized(0x40, 23<<20, make([]byte, 23<<20)...)) }, "whose value is of type data"),
		whole("data-shared", func() []byte {
			return binaryList(1, sized(0xa0, 60, []byte(strings.Repeat("\x01", 60))...), sized(0x40, 1<<20, make([]byte, 1<<20)...))
		}, "too much text when its references are followed"),
		whole("too-large", func() []byte { return binaryList(1, sized(0x40, 24<<20, make([]byte, 24<<20)...)) }, "is too large; at most"),
		whole("text-long", func() []byte {
			return binaryList(1, sized(0x60, 23<<19, []byte(strings.Repeat("\x4e\x2d", 23<<19))...))
		}, "whose value is of type string"),
	}
}

func repeated(ref uint16, n int) []uint16 {
	list := make([]uint16, n)
	for i := range list {
		list[i] = ref
	}
	return list
}

// dict1 is a dict with the same key twice, with references of one byte.
func dict1() []byte { return []byte{0xd2, 1, 1, 2, 2} }
