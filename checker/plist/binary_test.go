package plist

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
)

// bplist builds a binary property list from encoded objects; the first one is
// the top object. References take two bytes, offsets four.
func bplist(objects ...[]byte) []byte {
	text, offsets := []byte(binaryMagic), []byte(nil)
	for _, o := range objects {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(text)))
		text = append(text, o...)
	}
	return bplistTrailer(text, offsets, 4, 2, uint64(len(objects)), 0, uint64(len(text)))
}

// bplistTrailer appends an offset table and the trailer as given.
func bplistTrailer(text, offsets []byte, offsetWidth, refWidth byte, count, top, end uint64) []byte {
	text = slices.Concat(text, offsets, []byte{0, 0, 0, 0, 0, 0, offsetWidth, refWidth})
	for _, n := range []uint64{count, top, end} {
		text = binary.BigEndian.AppendUint64(text, n)
	}
	return text
}

// objCounted encodes a marker with a length in its shortest form.
func objCounted(kind byte, count int, contents []byte) []byte {
	head := []byte{kind | 0x0f, markerInteger | 2, byte(count >> 24), byte(count >> 16), byte(count >> 8), byte(count)}
	if count < 15 {
		head = []byte{kind | byte(count)}
	}
	return append(head, contents...)
}

// objRefs encodes references to objects.
func objRefs(ids ...int) (encoded []byte) {
	for _, id := range ids {
		encoded = binary.BigEndian.AppendUint16(encoded, uint16(id))
	}
	return encoded
}

// objArray refers to its elements.
func objArray(ids ...int) []byte { return objCounted(markerArray, len(ids), objRefs(ids...)) }

// objDict takes the keys first, as the format does.
func objDict(ids ...int) []byte { return objCounted(markerDict, len(ids)/2, objRefs(ids...)) }

// objASCII is a string of single bytes.
func objASCII(s string) []byte { return objCounted(markerASCII, len(s), []byte(s)) }

// objUTF16 is a string of UTF-16 units.
func objUTF16(units ...uint16) []byte { return objCounted(markerUTF16, len(units), bigEndian(units)) }

// objInteger is an integer of one byte.
func objInteger(n uint8) []byte { return []byte{markerInteger, n} }

// objDate takes seconds since 2001.
func objDate(seconds float64) []byte { return append([]byte{markerDate | 3}, bigEndian(seconds)...) }

// bigEndian encodes numbers of a fixed size.
func bigEndian(v any) []byte {
	encoded, err := binary.Append(nil, binary.BigEndian, v)
	if err != nil {
		panic(err)
	}
	return encoded
}

// objDoubling is a chain of arrays that each hold the next one twice.
func objDoubling(levels int, last []byte) (objects [][]byte) {
	for i := range levels {
		objects = append(objects, objArray(i+1, i+1))
	}
	return append(objects, last)
}

// objChain is a chain of containers that each hold the next one.
func objChain(levels int, last []byte) (objects [][]byte) {
	for i := range levels {
		objects = append(objects, objArray(i+1))
	}
	return append(objects, last)
}

// repeatID gives n references to one object.
func repeatID(id, n int) []int { return slices.Repeat([]int{id}, n) }

func TestDecodeBinary(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name       string
		text       []byte
		want       any
		duplicates []string
	}{
		{"true", bplist([]byte{0x09}), true, nil},
		{"false", bplist([]byte{0x08}), false, nil},
		{"integer of 1 byte", bplist(objInteger(255)), uint64(255), nil},
		{"integer of 2 bytes", bplist([]byte{0x11, 0xff, 0xfe}), uint64(65534), nil},
		{"integer of 4 bytes", bplist([]byte{0x12, 0xff, 0xff, 0xff, 0xfe}), uint64(math.MaxUint32 - 1), nil},
		{"integer of 8 bytes", bplist(append([]byte{0x13}, bigEndian(int64(math.MaxInt64))...)), uint64(math.MaxInt64), nil},
		{"negative integer", bplist(append([]byte{0x13}, bigEndian(int64(-2))...)), int64(-2), nil},
		{"integer of 16 bytes", bplist(append([]byte{0x14}, bigEndian([]uint64{0, math.MaxUint64})...)), uint64(math.MaxUint64), nil},
		{"negative integer of 16 bytes", bplist(append([]byte{0x14}, bigEndian([]int64{-1, -2})...)), int64(-2), nil},
		{"real of 4 bytes", bplist(append([]byte{0x22}, bigEndian(float32(1.5))...)), float32(1.5), nil},
		{"real of 8 bytes", bplist(append([]byte{0x23}, bigEndian(1.5)...)), 1.5, nil},
		{"date", bplist(objDate(0)), time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), nil},
		{"first date", bplist(objDate(firstDate)), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), nil},
		{"last date", bplist(objDate(lastDate)), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), nil},
		{"data", bplist(objCounted(markerData, 3, []byte{1, 2, 3})), []byte{1, 2, 3}, nil},
		{"string", bplist(objASCII("abc")), "abc", nil},
		{"empty string", bplist(objASCII("")), "", nil},
		{"long string", bplist(objASCII(long)), long, nil},
		{"length of 1 byte", bplist([]byte{0x5f, 0x10, 1, 'a'}), "a", nil},
		{"length of 8 bytes", bplist([]byte{0x5f, 0x13, 0, 0, 0, 0, 0, 0, 0, 1, 'a'}), "a", nil},
		{"UTF-16", bplist(objUTF16('a', 0xe9, 0xd83d, 0xde00)), "aé😀", nil},
		{"UTF-16, half a pair", bplist(objUTF16('a', 0xd83d)), "a\ufffd", nil},
		{"array", bplist(objArray(1, 2, 1), objASCII("a"), objArray()), []any{"a", []any{}, "a"}, nil},
		{"dict", bplist(objDict(1, 2, 2, 1), objASCII("a"), objASCII("b")), map[string]any{"a": "b", "b": "a"}, nil},
		{"empty dict", bplist(objDict()), map[string]any{}, nil},
		{"shared containers", bplist(objDoubling(3, objASCII("a"))...), []any{
			[]any{[]any{"a", "a"}, []any{"a", "a"}}, []any{[]any{"a", "a"}, []any{"a", "a"}},
		}, nil},
		{"top object in the middle", bplistTrailer([]byte(binaryMagic+"\x51a\x51b\x51c"), []byte{8, 10, 12}, 1, 1, 3, 1, 14), "b", nil},
		{"widths of 3 bytes", bplistTrailer([]byte(binaryMagic+"\xa1\x00\x00\x01\x51b"), []byte{0, 0, 8, 0, 0, 12}, 3, 3, 2, 0, 14), []any{"b"}, nil},
		{"widths of 8 and 7 bytes", bplistTrailer([]byte(binaryMagic+"\xa1\x00\x00\x00\x00\x00\x00\x01\x51b"), append(make([]byte, 7), 8, 0, 0, 0, 0, 0, 0, 0, 16), 8, 7, 2, 0, 18), []any{"b"}, nil},

		{"key twice, one object", bplist(objDict(1, 1, 2, 3), objASCII("a"), objASCII("b"), objASCII("c")), map[string]any{"a": "c"}, []string{"a"}},
		{"key twice, two objects", bplist(objDict(1, 2, 1, 1), objASCII("a"), objASCII("a")), map[string]any{"a": "a"}, []string{"a"}},
		{"key twice, two encodings", bplist(objDict(1, 2, 1, 1), objASCII("a"), objUTF16('a')), map[string]any{"a": "a"}, []string{"a"}},
		{"key in two dicts", bplist(objArray(1, 2), objDict(3, 3), objDict(3, 3), objASCII("a")), []any{map[string]any{"a": "a"}, map[string]any{"a": "a"}}, nil},
		{"key in nested dicts", bplist(objDict(2, 1), objDict(2, 2), objASCII("a")), map[string]any{"a": map[string]any{"a": "a"}}, nil},
		{"keys twice in two dicts", bplist(objArray(1, 2), objDict(3, 3, 4, 4, 5, 5, 5, 5), objDict(3, 3, 5, 5), objASCII("b"), objASCII("a"), objInteger(1)),
			[]any{map[string]any{"a": uint64(1), "b": uint64(1)}, map[string]any{"b": uint64(1)}}, []string{"a", "b"}},

		{"as deep as it may be", bplist(objChain(MaxDepth-1, objArray())...), nil, nil},
		{"equal keys and values", bplist(objArray(1, 2), objDict(3, 4), objDict(3, 4), objASCII("Identifier"), objASCII("com.example")),
			[]any{map[string]any{"Identifier": "com.example"}, map[string]any{"Identifier": "com.example"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, duplicates, err := decodeBinary(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.duplicates, duplicates); diff != "" {
				t.Errorf("duplicates (-want +got):\n%s", diff)
			}
		})
	}
}

// soundBinary is a profile in miniature with every kind of value.
func soundBinary(t testing.TB) ([]byte, map[string]any) {
	value := map[string]any{
		"PayloadType":    "Configuration",
		"PayloadVersion": uint64(1),
		"Negative":       int64(-1),
		"Real":           2.5,
		"Date":           time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC),
		"Data":           []byte("data"),
		"Ünïcode":        "😀",
		"On":             true,
		"PayloadContent": []any{map[string]any{"PayloadType": "Configuration", "Empty": []any{}}},
	}
	text, err := plist.Marshal(value, plist.BinaryFormat)
	if err != nil {
		t.Fatal(err)
	}
	return text, value
}

func TestDecodeBinaryEncoded(t *testing.T) {
	text, want := soundBinary(t)
	got, duplicates, err := decodeBinary(text)
	if err != nil || duplicates != nil {
		t.Fatal(duplicates, err)
	}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
}

func TestDecodeBinaryErrors(t *testing.T) {
	const (
		damaged = damagedBinary
		deep    = "binary property list is nested more than 512 deep"
		values  = " values when its references are followed"
		overlap = "binary property list has objects that overlap one another"
		tooMuch = "binary property list has too much text when its references are followed"
	)
	one := []byte(binaryMagic + "\x51a")
	tests := []struct {
		name string
		text []byte
		want string // part
	}{
		{"header cut off", []byte("bplist0"), damaged},
		{"header alone", []byte("bplist00"), damaged},
		{"trailer alone", bplistTrailer([]byte(binaryMagic), nil, 1, 1, 1, 0, 8), damaged},
		{"version 01", append([]byte("bplist01"), bplist(objASCII("a"))[8:]...), `unsupported binary property list "bplist01"; expected "bplist00" or XML`},
		{"version 15", []byte("bplist15"), `unsupported binary property list "bplist15"`},
		{"version 16", []byte("bplist16\xd0"), `unsupported binary property list "bplist16"`},
		{"version 17", []byte("bplist17\xd0"), `unsupported binary property list "bplist17"`},
		{"followed by a line end", append(bplist(objASCII("a")), '\n'), damaged},

		{"offsets of 0 bytes", bplistTrailer(one, nil, 0, 1, 1, 0, 10), damaged + "its trailer gives offsets of 0"},
		{"offsets of 9 bytes", bplistTrailer(one, make([]byte, 9), 9, 1, 1, 0, 10), damaged + "its trailer gives offsets of 9"},
		{"offsets of 16 bytes", bplistTrailer(one, append(make([]byte, 15), 8), 16, 1, 1, 0, 10), damaged + "its trailer gives offsets of 16"},
		{"references of 0 bytes", bplistTrailer(one, []byte{8}, 1, 0, 1, 0, 10), damaged + "its trailer gives offsets of 1 and references of 0"},
		{"references of 8 bytes", bplistTrailer(one, []byte{8}, 1, 8, 1, 0, 10), damaged + "its trailer gives offsets of 1 and references of 8"},
		{"references of 32 bytes", bplistTrailer(one, []byte{8}, 1, 32, 1, 0, 10), damaged + "its trailer gives offsets of 1 and references of 32"},
		{"no objects", bplistTrailer(one, nil, 1, 1, 0, 0, 10), damaged + "its trailer places the offset table"},
		{"no objects, a byte left", bplistTrailer(one, []byte{8}, 1, 1, 0, 0, 10), damaged + "its trailer declares an object count of 0"},
		{"top object out of range", bplistTrailer(one, []byte{8}, 1, 1, 1, 1, 10), damaged + "its trailer declares an object count of 1, and object 1 at the top"},
		{"more objects than there are", bplistTrailer(one, []byte{8}, 1, 1, 2, 0, 10), damaged + "its trailer declares an object count of 2"},
		{"more objects than bytes", bplistTrailer(one, []byte{8, 8, 8}, 1, 1, 3, 0, 10), damaged + "its trailer declares an object count of 3"},
		{"count that overflows with the width", bplistTrailer(one, make([]byte, 8), 8, 1, 1<<61+1, 0, 10), damaged + "its trailer declares"},
		{"2^64-1 objects", bplistTrailer(one, []byte{8}, 1, 1, math.MaxUint64, 0, 10), damaged + "its trailer declares"},
		{"offset table in the header", bplistTrailer(one, []byte{8}, 1, 1, 1, 0, 8), damaged + "its trailer places the offset table at byte 8"},
		{"offset table at the trailer", bplistTrailer(one, nil, 1, 1, 1, 0, 10), damaged + "its trailer places the offset table at byte 10"},
		{"offset table at 2^64-1", bplistTrailer(one, []byte{8}, 1, 1, 1, 0, math.MaxUint64), damaged + "its trailer places the offset table"},
		{"offset table too long", bplistTrailer(one, []byte{8, 8}, 1, 1, 1, 0, 10), damaged + "its trailer declares an object count of 1"},
		{"narrow offsets", bplistTrailer(append([]byte(binaryMagic), objASCII(strings.Repeat("a", 300))...), []byte{8}, 1, 1, 1, 0, 314), damaged + "its offsets or references are too narrow"},
		{"narrow references", bplistTrailer([]byte(binaryMagic+strings.Repeat("\x08", 256)), bytes.Repeat([]byte{0, 8}, 256), 2, 1, 256, 0, 264), damaged + "its offsets or references are too narrow"},
		{"too many objects", bplistTrailer([]byte(binaryMagic+strings.Repeat("\x08", 2*maxNodes+1)), bytes.Repeat([]byte{0, 0, 8}, 2*maxNodes+1), 3, 3, 2*maxNodes+1, 0, 2*maxNodes+9), "binary property list has more than 1048576 objects"},
		{"object in the header", bplistTrailer(one, []byte{0}, 1, 1, 1, 0, 10), "object 0 is at byte 0, outside the objects"},
		{"object in the offset table", bplistTrailer(one, []byte{10}, 1, 1, 1, 0, 10), "object 0 is at byte 10, outside the objects"},

		// Its length plus its place is small again in 64 bits.
		{"string that wraps around", bplistTrailer([]byte(binaryMagic+"\x5f\x13\xff\xff\xff\xff\xff\xff\xff\xf0"), []byte{8}, 1, 1, 1, 0, 18), "object 0: string of 18446744073709551600 bytes runs past the end of the file"},
		{"key that wraps around", bplistTrailer([]byte(binaryMagic+"\xd1\x01\x02\x5f\x13\xff\xff\xff\xff\xff\xff\xff\xf0\x51a"), []byte{8, 11, 21}, 1, 1, 3, 0, 23), "object 1: string of 18446744073709551600 bytes runs past the end of the file"},
		{"string of 2^63-1 bytes", bplist([]byte{0x5f, 0x13, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "object 0: string of 9223372036854775807 bytes runs past the end of the file"},
		{"data that wraps around", bplist([]byte{0x4f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf8}), "data of 18446744073709551608 bytes runs past"},
		{"UTF-16 of 2^63 units", bplist([]byte{0x6f, 0x13, 0x80, 0, 0, 0, 0, 0, 0, 0}), "string of 9223372036854775808 UTF-16 units runs past"},
		{"array of 2^63 elements", bplist([]byte{0xaf, 0x13, 0x80, 0, 0, 0, 0, 0, 0, 0}), "array of 9223372036854775808 elements runs past"},
		{"dict of 2^62 entries", bplist([]byte{0xdf, 0x13, 0x40, 0, 0, 0, 0, 0, 0, 0}), "dictionary of 4611686018427387904 entries runs past"},
		{"length that is no integer", bplistTrailer([]byte(binaryMagic+"\x5f\x51a"), []byte{8}, 1, 1, 1, 0, 11), "object 0 has no readable length"},
		{"length of 16 bytes", bplist(append([]byte{0x5f, 0x14}, make([]byte, 16)...)), "object 0 has no readable length"},
		{"length cut off", bplist([]byte{0x5f, 0x11, 0}), "object 0 has no readable length"},
		{"length missing", bplist([]byte{0x5f}), "object 0 has no readable length"},
		{"string cut off", bplist([]byte{0x53, 'a', 'b'}), "object 0: string of 3 bytes runs past"},
		{"integer cut off", bplist([]byte{0x13, 1}), "object 0: integer of 8 bytes runs past"},
		{"date cut off", bplist([]byte{0x33, 1}), "object 0: date of 8 bytes runs past"},
		{"UTF-16 cut off", bplist([]byte{0x61, 1}), "object 0: string of 1 UTF-16 units runs past"},

		{"integer of 32 bytes", bplist(append([]byte{0x15}, make([]byte, 32)...)), "object 0 has the unsupported type 0x15"},
		{"integer beyond 64 bits", bplist(append([]byte{0x14}, bigEndian([]uint64{1, 0})...)), "object 0: integer does not fit in 64 bits"},
		{"negative integer beyond 64 bits", bplist(append([]byte{0x14}, bigEndian([]uint64{math.MaxUint64, 5})...)), "object 0: integer does not fit in 64 bits"},
		{"real of 2 bytes", bplist([]byte{0x21, 0, 0}), "object 0 has the unsupported type 0x21"},
		{"date of 4 bytes", bplist([]byte{0x32, 0, 0, 0, 0}), "object 0 has the unsupported type 0x32"},
		{"date that is no number", bplist(objDate(math.NaN())), "object 0: date is not within"},
		{"infinite date", bplist(objDate(math.Inf(-1))), "object 0: date is not within"},
		{"date in the year 10000", bplist(objDate(lastDate + 1)), "object 0: date is not within"},
		{"string with other bytes", bplist(objASCII("caf\xe9")), "object 0: string marked as ASCII holds other characters"},
		{"UID", bplist(objArray(1), []byte{0x80, 1}), "object 1 is the UID of a keyed archive"},
		{"null", bplist([]byte{0x00}), "object 0 has the unsupported type 0x00"},
		{"fill", bplist([]byte{0x0f}), "object 0 has the unsupported type 0x0f"},
		{"UTF-8 string", bplist([]byte{0x71, 'a'}), "object 0 has the unsupported type 0x71"},
		{"ordered set", bplist([]byte{0xb0}), "object 0 has the unsupported type 0xb0"},
		{"set", bplist([]byte{0xc0}), "object 0 has the unsupported type 0xc0"},
		{"unknown", bplist([]byte{0xf0}), "object 0 has the unsupported type 0xf0"},
		{"key that is no string", bplist(objDict(1, 2), objInteger(1), objASCII("a")), "object 0 has a key that is not a string"},
		{"key that is an array", bplist(objDict(1, 2), objArray(2), objASCII("a")), "object 0 has a key that is not a string"},
		{"reference out of range", bplist(objArray(1)), "object 0 refers to object 1 of 1"},
		{"key out of range", bplist(objDict(7, 0)), "object 0 refers to object 7 of 1"},

		{"array in itself", bplist(objArray(0)), "object 0 contains itself"},
		{"dict in itself", bplist(objDict(1, 0), objASCII("a")), "object 0 contains itself"},
		{"cycle", bplist(objArray(1), objArray(3, 2), objDict(3, 1), objASCII("a")), "object 1 contains itself"},
		{"dict that is its own key", bplist(objDict(0, 1), objASCII("a")), "object 0 has a key that is not a string"},
		{"doubling arrays", bplist(objDoubling(30, objASCII("a"))...), values},
		{"doubling arrays of nothing", bplist(objDoubling(17, objArray())...), values},
		{"wide arrays", bplist(objArray(repeatID(1, 1000)...), objArray(repeatID(2, 1000)...), objArray()), values},
		{"too deep", bplist(objChain(MaxDepth, objArray())...), deep},
		{"far too deep", bplist(objChain(60_000, objArray())...), deep},
		{"too deep by a second way", bplist(append([][]byte{objArray(2, 1), objArray(2)}, objChainFrom(2, MaxDepth-1)...)...), deep},
		{"objects at one place", bplistTrailer([]byte(binaryMagic+"\xa3\x01\x02\x03\x55abcde"), []byte{8, 12, 12, 12}, 1, 1, 4, 0, 18), overlap},
		{"objects inside one another", bplistTrailer([]byte(binaryMagic+"\xa2\x01\x02\x55\x54abcd"), []byte{8, 11, 12}, 1, 1, 3, 0, 17), overlap},
		{"long string many times", bplist(objArray(repeatID(1, 5000)...), objASCII(strings.Repeat("a", 5000))), tooMuch},
		{"long data many times, in levels", bplist(objArray(repeatID(1, 100)...), objArray(repeatID(2, 100)...), objCounted(markerData, 5000, make([]byte, 5000))), tooMuch},
		{"long key many times", bplist(objDict(repeatID(1, 10_000)...), objASCII(strings.Repeat("a", 5000))), tooMuch},
		{"long key in many dicts", bplist(slices.Concat([][]byte{objArray(idsFrom(2, 3000)...), objASCII(strings.Repeat("a", 10_000))}, slices.Repeat([][]byte{objDict(1, 1)}, 3000))...), tooMuch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, duplicates, err := decodeBinary(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) || got != nil || duplicates != nil {
				t.Errorf("decodeBinary = %.40v, %v, %v; want the error %q", got, duplicates, err, tt.want)
			}
		})
	}
}

// objChainFrom is a chain of levels arrays, the first of which is object id.
func objChainFrom(id, levels int) (objects [][]byte) {
	for i := range levels - 1 {
		objects = append(objects, objArray(id+i+1))
	}
	return append(objects, objArray())
}

// idsFrom gives references to n objects in a row.
func idsFrom(first, n int) (ids []int) {
	for i := range n {
		ids = append(ids, first+i)
	}
	return ids
}

func TestDecodeBinaryCutOffAnywhere(t *testing.T) {
	text, _ := soundBinary(t)
	for n := range len(text) {
		if _, _, err := decodeBinary(text[:n]); err == nil || !strings.HasPrefix(err.Error(), damagedBinary) {
			t.Fatalf("%d of %d bytes: error is %v", n, len(text), err)
		}
	}
}

func TestDecodeBinaryMutations(t *testing.T) {
	text, _ := soundBinary(t)
	for i, old := range text {
		for b := range 256 {
			text[i] = byte(b)
			value, _, err := decodeBinary(text)
			if (err == nil) == (value == nil) {
				t.Fatalf("byte %d set to %#x: value %v, error %v", i, b, value, err)
			}
			if err != nil && err.Error() == "binary property list cannot be decoded" {
				t.Fatalf("byte %d set to %#x reached the decoder", i, b)
			}
		}
		text[i] = old
	}
}

func FuzzDecodeBinary(f *testing.F) {
	text, _ := soundBinary(f)
	f.Add(text)
	f.Add(bplist(objASCII("a")))
	f.Add(bplist(objDict(1, 2, 1, 1), objASCII("a"), objUTF16('a')))
	f.Add(bplist(objDoubling(4, objASCII("a"))...))
	f.Add(bplist(objChain(4, objDate(0))...))
	f.Add(bplist(objArray(0)))
	f.Add(bplist([]byte{0x5f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0}))
	f.Add(bplistTrailer([]byte(binaryMagic+"\xd1\x01\x02\x51a\x14"+strings.Repeat("\x00", 16)), []byte{8, 11, 13}, 1, 1, 3, 0, 30))
	f.Fuzz(func(t *testing.T, text []byte) {
		if !bytes.HasPrefix(text, []byte("bplist0")) {
			return
		}
		value, duplicates, err := decodeBinary(text)
		if err != nil {
			if value != nil || duplicates != nil {
				t.Error("a value beside an error")
			}
			if err.Error() == "binary property list cannot be decoded" {
				t.Error("a text that the decoder refuses has passed the guard")
			}
			return
		}
		if !slices.IsSorted(duplicates) {
			t.Errorf("duplicates are not sorted: %q", duplicates)
		}
		// Every string has to be readable memory, and the tree of moderate size.
		if values := countValues(t, value); values > 1<<16+len(text) {
			t.Errorf("%d values from %d bytes", values, len(text))
		}
	})
}

// countValues counts the values of a tree and reads all text in it.
func countValues(t *testing.T, value any) int {
	values := 1
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			values += countValues(t, key) - 1 + countValues(t, inner)
		}
	case []any:
		for _, inner := range value {
			values += countValues(t, inner)
		}
	case string:
		if !utf8.ValidString(value) {
			t.Errorf("%q is not UTF-8", value)
		}
	case []byte, bool, uint64, int64, float32, float64, time.Time:
	default:
		t.Errorf("value of type %T", value)
	}
	return values
}
