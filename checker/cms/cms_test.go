package cms

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// derTLV encodes an element of definite length.
func derTLV(tag byte, parts ...[]byte) []byte {
	contents := slices.Concat(parts...)
	n := len(contents)
	head := []byte{tag, byte(n)}
	switch {
	case n > 0xffff:
		head = []byte{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}
	case n > 0xff:
		head = []byte{tag, 0x82, byte(n >> 8), byte(n)}
	case n > 0x7f:
		head = []byte{tag, 0x81, byte(n)}
	}
	return append(head, contents...)
}

// berTLV encodes a constructed element of indefinite length.
func berTLV(tag byte, parts ...[]byte) []byte {
	return slices.Concat([]byte{tag, 0x80}, slices.Concat(parts...), []byte{0, 0})
}

type tlvEncoder func(tag byte, parts ...[]byte) []byte

var (
	oidData      = []byte(pkcs7 + "\x01")
	oidSigned    = []byte(pkcs7 + "\x02")
	digestSHA256 = derTLV(TagSequence, derTLV(TagOID, []byte{0x60, 0x86, 0x48, 0x01, 0x65, 3, 4, 2, 1}))

	// Certificates and signer infos are passed over, whatever they hold.
	cmsCertificates = derTLV(tagContext0, bytes.Repeat(derTLV(TagSequence, make([]byte, 300)), 2))
	cmsSignerInfos  = derTLV(tagSet, derTLV(TagSequence, derTLV(TagInteger, []byte{1}), digestSHA256, derTLV(tagOctets, make([]byte, 256))))
)

// signedMessage builds a SignedData message around an encoded eContent.
func signedMessage(enc tlvEncoder, eContent ...[]byte) []byte {
	return signedMessageVersion(enc, 1, eContent...)
}

// signedMessageVersion is signedMessage with another version of SignedData.
func signedMessageVersion(enc tlvEncoder, version byte, eContent ...[]byte) []byte {
	encapsulated := [][]byte{derTLV(TagOID, oidData)}
	if len(eContent) > 0 {
		encapsulated = append(encapsulated, enc(tagContext0, eContent...))
	}
	return enc(TagSequence, derTLV(TagOID, oidSigned), enc(tagContext0, enc(TagSequence,
		derTLV(TagInteger, []byte{version}),
		derTLV(tagSet, digestSHA256),
		enc(TagSequence, encapsulated...),
		cmsCertificates,
		cmsSignerInfos,
	)))
}

// octetTLV is a primitive OCTET STRING.
func octetTLV(s string) []byte { return derTLV(tagOctets, []byte(s)) }

// nestedChunks puts inner into n constructed OCTET STRINGs.
func nestedChunks(enc tlvEncoder, n int, inner []byte) []byte {
	for range n {
		inner = enc(tagChunks, inner)
	}
	return inner
}

func TestSignedContent(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	tests := []struct {
		name string
		text []byte
		want string
	}{
		{"DER", signedMessage(derTLV, octetTLV("profile")), "profile"},
		{"DER, lengths of several octets", signedMessage(derTLV, octetTLV(long)), long},
		{"DER, empty content", signedMessage(derTLV, octetTLV("")), ""},
		{"DER, version 3", signedMessageVersion(derTLV, 3, octetTLV("profile")), "profile"},
		{"DER, version 5", signedMessageVersion(derTLV, 5, octetTLV("profile")), "profile"},
		{"DER, constructed content", signedMessage(derTLV, derTLV(tagChunks, octetTLV("pro"), octetTLV("file"))), "profile"},
		{"DER, constructed content inside constructed content", signedMessage(derTLV, derTLV(tagChunks, derTLV(tagChunks, octetTLV("pro"), octetTLV("fi")), octetTLV("le"))), "profile"},
		{"BER, primitive content", signedMessage(berTLV, octetTLV("profile")), "profile"},
		{"BER, one chunk", signedMessage(berTLV, berTLV(tagChunks, octetTLV("profile"))), "profile"},
		{"BER, chunks", signedMessage(berTLV, berTLV(tagChunks, octetTLV("p"), octetTLV("rofi"), octetTLV(""), octetTLV("le"))), "profile"},
		{"BER, no chunks", signedMessage(berTLV, berTLV(tagChunks)), ""},
		{"BER, empty chunks", signedMessage(berTLV, berTLV(tagChunks, octetTLV(""), berTLV(tagChunks), derTLV(tagChunks), octetTLV(""))), ""},
		{"BER, nested chunks", signedMessage(berTLV, berTLV(tagChunks, berTLV(tagChunks, octetTLV("p"), berTLV(tagChunks, octetTLV("ro"))), octetTLV("fi"), derTLV(tagChunks, octetTLV("l"), berTLV(tagChunks, octetTLV("e"))))), "profile"},
		{"BER, chunks of definite length", signedMessage(berTLV, derTLV(tagChunks, octetTLV("pro"), octetTLV("file"))), "profile"},
		{"BER, content that looks like end-of-contents octets", signedMessage(berTLV, berTLV(tagChunks, octetTLV("\x00\x00"), octetTLV("\x00\x00\x00"))), "\x00\x00\x00\x00\x00"},
		{"DER around indefinite chunks", signedMessage(derTLV, berTLV(tagChunks, octetTLV("pro"), octetTLV("file"))), "profile"},
		{"BER, as deep as it may be", signedMessage(berTLV, nestedChunks(berTLV, maxNesting-5, octetTLV("profile"))), "profile"},
		{"followed by white space", append(signedMessage(derTLV, octetTLV("profile")), " \r\n\x00\x00"...), "profile"},
		{"followed by junk", append(signedMessage(berTLV, octetTLV("profile")), 0x30, 0x82, 0xff), "profile"},
		{"elements of indefinite length after the content", berTLV(TagSequence, derTLV(TagOID, oidSigned), berTLV(tagContext0, berTLV(TagSequence,
			derTLV(TagInteger, []byte{1}), berTLV(tagSet, digestSHA256), berTLV(TagSequence, derTLV(TagOID, oidData), berTLV(tagContext0, octetTLV("profile")), octetTLV("more")),
			berTLV(tagContext0, berTLV(TagSequence, octetTLV("certificate"), berTLV(TagSequence)), []byte{0xbf, 0x8f, 0x7f, 0x80, 5, 0, 0, 0}), cmsSignerInfos))), "profile"},
		{"length octets with leading zeros", slices.Concat([]byte{TagSequence, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(cmsWithoutHeader()))}, cmsWithoutHeader()), "hi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Content(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("content is %.40q, want %.40q", got, tt.want)
			}
		})
	}
}

// cmsWithoutHeader is what is inside a ContentInfo without certificates.
func cmsWithoutHeader() []byte {
	return slices.Concat(derTLV(TagOID, oidSigned), derTLV(tagContext0, derTLV(TagSequence, derTLV(TagInteger, []byte{1}),
		derTLV(tagSet), derTLV(TagSequence, derTLV(TagOID, oidData), derTLV(tagContext0, octetTLV("hi"))))))
}

func TestSignedContentCopies(t *testing.T) {
	tests := []struct {
		name   string
		text   []byte
		allocs float64
	}{
		{"DER", signedMessage(derTLV, octetTLV("profile")), 0},
		{"BER", signedMessage(berTLV, octetTLV("profile")), 0},
		{"one chunk", signedMessage(berTLV, berTLV(tagChunks, octetTLV("profile"))), 0},
		{"chunks", signedMessage(berTLV, berTLV(tagChunks, bytes.Repeat(octetTLV("profile"), 1000))), 1},
		{"nested chunks of definite length", signedMessage(berTLV, berTLV(tagChunks, bytes.Repeat(derTLV(tagChunks, octetTLV("pro"), octetTLV("file")), 1000))), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var content []byte
			allocs := testing.AllocsPerRun(10, func() { content, _ = Content(tt.text) })
			if allocs != tt.allocs {
				t.Errorf("%v allocations, want %v", allocs, tt.allocs)
			}
			if cap(content) > len(tt.text) {
				t.Errorf("%d bytes allocated for a text of %d", cap(content), len(tt.text))
			}
			if tt.allocs > 0 {
				return
			}
			at := bytes.Index(tt.text, []byte("profile"))
			if &content[0] != &tt.text[at] || cap(content) != len(content) {
				t.Error("content is not a part of the text, or can be appended to in place")
			}
		})
	}
}

func TestSignedContentErrors(t *testing.T) {
	const (
		noSignedProfile = "; expected a signed profile"
		cutOff          = "CMS message is truncated"
		damaged         = "CMS message is corrupt: "
		overrun         = damaged + "an element ends after the one around it"
		badLength       = damaged + "a length is reserved, too large, or misplaced"
		tooDeep         = "CMS message is nested more than 32 deep"
	)
	message := signedMessage(derTLV, octetTLV("profile"))
	contentInfo := func(oid string) []byte {
		return derTLV(TagSequence, derTLV(TagOID, []byte(oid)), derTLV(tagContext0, derTLV(TagSequence, octetTLV("secret"))))
	}
	signedData := func(parts ...[]byte) []byte {
		return derTLV(TagSequence, derTLV(TagOID, oidSigned), derTLV(tagContext0, derTLV(TagSequence, parts...)))
	}
	version, algorithms := derTLV(TagInteger, []byte{1}), derTLV(tagSet, digestSHA256)
	tests := []struct {
		name string
		text []byte
		want string // prefix
	}{
		{"empty", nil, "not a CMS message"},
		{"text", []byte("<?xml"), "not a CMS message"},
		{"digits", []byte("0123456789"), "not a CMS message"},
		{"detached", signedMessage(derTLV), "CMS message has no content: the signature is detached"},
		{"detached, BER", signedMessage(berTLV), "CMS message has no content: the signature is detached"},
		{"EnvelopedData", contentInfo(pkcs7 + "\x03"), "CMS message is encrypted (EnvelopedData); expected SignedData"},
		{"AuthEnvelopedData", contentInfo(pkcs9 + "\x10\x01\x17"), "CMS message is encrypted (EnvelopedData); expected SignedData"},
		{"data", contentInfo(pkcs7 + "\x01"), "CMS message has an unsupported content type"},
		{"other content", contentInfo("\x2a\x03"), "CMS message has an unsupported content type"},
		{"certificate", derTLV(TagSequence, derTLV(TagSequence, derTLV(tagContext0, derTLV(TagInteger, []byte{2})), derTLV(TagInteger, []byte{1}))), "found an X.509 certificate in DER" + noSignedProfile},
		{"certificate, cut off", derTLV(TagSequence, derTLV(TagSequence, derTLV(tagContext0, derTLV(TagInteger, []byte{2})), make([]byte, 300)))[:20], "found an X.509 certificate in DER" + noSignedProfile},
		{"PKCS#12", derTLV(TagSequence, derTLV(TagInteger, []byte{3}), derTLV(TagSequence, derTLV(TagOID, oidData))), "found a PKCS #12 file; expected a signed profile"},
		{"private key", derTLV(TagSequence, derTLV(TagInteger, []byte{0}), derTLV(TagInteger, []byte{1})), "not a CMS message"},
		{"empty sequence", derTLV(TagSequence), damaged + "its content type is missing"},
		{"nothing in the ContentInfo", derTLV(TagSequence, derTLV(TagOID, oidSigned)), damaged + "its content is missing"},
		{"nothing in the ContentInfo, BER", berTLV(TagSequence, derTLV(TagOID, oidSigned)), damaged + "its content is missing"},
		{"no SignedData", derTLV(TagSequence, derTLV(TagOID, oidSigned), derTLV(tagContext0)), damaged + "its SignedData is missing"},
		{"no version", signedData(algorithms), damaged + "its version is missing"},
		{"version 0", signedMessageVersion(derTLV, 0, octetTLV("profile")), "CMS message has an unknown version of SignedData"},
		{"version 6", signedMessageVersion(derTLV, 6, octetTLV("profile")), "CMS message has an unknown version of SignedData"},
		{"long version", signedData(derTLV(TagInteger, []byte{0, 1}), algorithms), "CMS message has an unknown version of SignedData"},
		{"no digest algorithms", signedData(version), damaged + "its list of digest algorithms is missing"},
		{"no encapsulated content", signedData(version, algorithms), damaged + "its encapsulated content is missing"},
		{"no type of the content", signedData(version, algorithms, derTLV(TagSequence)), damaged + "its type of the encapsulated content is missing"},
		{"content without its wrapper", signedData(version, algorithms, derTLV(TagSequence, derTLV(TagOID, oidData), octetTLV("profile"))), damaged + "its encapsulated content is missing"},
		{"empty wrapper", signedMessage(derTLV, nil), "CMS message is corrupt: its content is not in octet strings"},
		{"content of PKCS #7", signedMessage(derTLV, derTLV(TagSequence, octetTLV("profile"))), "CMS message is corrupt: its content is not in octet strings"},
		{"chunk of another type", signedMessage(berTLV, berTLV(tagChunks, octetTLV("pro"), derTLV(TagInteger, []byte{1}))), "CMS message is corrupt: its content is not in octet strings"},

		{"one octet", message[:1], cutOff},
		{"two octets of three", message[:2], cutOff},
		{"header alone", message[:4], fmt.Sprintf("%s: %d bytes or more are missing", cutOff, len(message)-4)},
		{"one byte missing", message[:len(message)-1], cutOff + ": 1 bytes or more are missing"},
		{"BER, a chunk cut off", berTLV(TagSequence, derTLV(TagOID, oidSigned), []byte{tagContext0, 0x82, 1, 0})[:17], cutOff + ": 256 bytes or more are missing"},
		{"BER, end-of-contents octets missing", signedMessage(berTLV, octetTLV("profile"))[:len(signedMessage(berTLV, octetTLV("profile")))-1], cutOff + " before its end-of-contents octets"},

		{"length of 2^63-1", []byte{TagSequence, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, TagOID, 0}, cutOff + ": 9223372036854775805 bytes or more are missing"},
		{"length of 2^63", []byte{TagSequence, 0x88, 0x80, 0, 0, 0, 0, 0, 0, 0, TagOID, 0}, badLength},
		{"length of 2^64", []byte{TagSequence, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0, TagOID, 0}, badLength},
		{"length of 126 octets", slices.Concat([]byte{TagSequence, 0xfe}, bytes.Repeat([]byte{0xff}, 126)), badLength},
		{"inner length of 2^63-1", berTLV(TagSequence, derTLV(TagOID, oidSigned), []byte{tagContext0, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), cutOff + ": 9223372036854775805 bytes or more are missing"},
		{"inner length beyond the outer one", derTLV(TagSequence, derTLV(TagOID, oidSigned), []byte{tagContext0, 3, TagSequence, 0}), overrun},
		{"inner header beyond the outer end", derTLV(TagSequence, derTLV(TagOID, oidSigned), []byte{tagContext0}), overrun},
		{"inner end-of-contents octets missing", derTLV(TagSequence, cmsWithoutHeader()[:11], []byte{tagContext0, 0x80}), overrun},
		{"reserved length", []byte{TagSequence, 0xff, 0}, badLength},
		{"primitive element of indefinite length", signedMessage(berTLV, []byte{tagOctets, 0x80, 'x', 0, 0}), badLength},

		{"sequences inside one another", bytes.Repeat([]byte{TagSequence, 0x80}, 2<<20), "not a CMS message"},
		{"sequences of definite length inside one another", bytes.Repeat([]byte{TagSequence, 0x84, 0x7f, 0xff, 0xff, 0xff}, 700_000), "not a CMS message"},
		{"octet strings inside one another, alone", bytes.Repeat([]byte{tagChunks, 0x80}, 2<<20), "not a CMS message"},
		{"octet strings inside one another", signedMessage(berTLV, nestedChunks(berTLV, maxNesting-4, octetTLV("profile"))), tooDeep},
		{"octet strings inside one another, not closed", signedMessage(berTLV, bytes.Repeat([]byte{tagChunks, 0x80}, 2<<20)), tooDeep},
		{"octet strings of definite length inside one another", signedMessage(berTLV, nestedChunks(derTLV, 1000, octetTLV("profile"))), tooDeep},
		{"deep elements after the content", signedMessage(berTLV, octetTLV("profile"), bytes.Repeat([]byte{TagSequence, 0x80}, 2<<20)), tooDeep},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Content(tt.text)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) || got != nil {
				t.Errorf("signedContent = %.20q, %v; want the error %q", got, err, tt.want)
			}
		})
	}
}

func TestSignedContentCutOffAnywhere(t *testing.T) {
	chunks := berTLV(tagChunks, octetTLV("pro"), berTLV(tagChunks, octetTLV("file")))
	for _, message := range [][]byte{
		signedMessage(derTLV, octetTLV("profile")),
		signedMessage(derTLV, chunks),
		signedMessage(berTLV, octetTLV("profile")),
		signedMessage(berTLV, chunks),
		berTLV(TagSequence, cmsWithoutHeader()),
	} {
		if _, err := Content(message); err != nil {
			t.Fatal(err)
		}
		for n := 1; n < len(message); n++ {
			if _, err := Content(message[:n]); err == nil || !strings.HasPrefix(err.Error(), "CMS message is truncated") {
				t.Fatalf("%d of %d bytes of %x...: error is %v", n, len(message), message[:8], err)
			}
		}
	}
}

func TestSignedContentMutations(t *testing.T) {
	for _, message := range [][]byte{
		derTLV(TagSequence, cmsWithoutHeader()),
		signedMessage(berTLV, berTLV(tagChunks, octetTLV("pro"), octetTLV("file")))[:80],
	} {
		for i, old := range message {
			for b := range 256 {
				message[i] = byte(b)
				if content, err := Content(message); err == nil && len(content) > len(message) {
					t.Errorf("byte %d set to %#x: content of %d bytes", i, b, len(content))
				}
			}
			message[i] = old
		}
	}
}

func TestPEMContent(t *testing.T) {
	message := signedMessage(derTLV, octetTLV("profile"))
	block := func(kind string) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: message})
	}
	cms := block("CMS")
	const broken = "PEM block is corrupt, or its END line is missing"
	tests := []struct {
		name string
		text []byte
		want string // prefix of the error
	}{
		{"PKCS7", block("PKCS7"), ""},
		{"CMS", cms, ""},
		{"PKCS #7 SIGNED DATA", block("PKCS #7 SIGNED DATA"), ""},
		{"SIGNED MESSAGE", block("SIGNED MESSAGE"), ""},
		{"lower case", block("pkcs7"), ""},
		{"CR LF", bytes.ReplaceAll(cms, []byte("\n"), []byte("\r\n")), ""},
		{"no line end at the end", bytes.TrimSpace(cms), ""},
		{"followed by another block", slices.Concat(cms, block("CERTIFICATE")), ""},
		{"certificate", block("CERTIFICATE"), "found a certificate or certificate request in PEM; expected a signed profile"},
		{"certificate before CMS", slices.Concat(block("CERTIFICATE"), cms), "found a certificate or certificate request in PEM; expected a signed profile"},
		{"certificate request", block("CERTIFICATE REQUEST"), "found a certificate or certificate request in PEM; expected a signed profile"},
		{"private key", block("RSA PRIVATE KEY"), "found a private key in PEM; expected a signed profile"},
		{"other", block("PUBLIC KEY"), "unsupported PEM block; expected PKCS7 or CMS in its BEGIN line"},
		{"BEGIN alone", []byte("-----BEGIN"), broken},
		{"cut off", cms[:len(cms)/2], broken},
		{"END of another type", bytes.Replace(cms, []byte("END CMS"), []byte("END PKCS7"), 1), broken},
		{"not base64", bytes.Replace(cms, []byte("A"), []byte("*"), 1), broken},
		{"broken block before a good one", slices.Concat([]byte("-----BEGIN CMS-----\n*\n-----END CMS-----\n"), cms), broken},
		{"many BEGIN lines", bytes.Repeat([]byte("-----BEGIN CMS-----\n"), 200_000), broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodePEM(tt.text)
			if tt.want != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.want) || got != nil {
					t.Errorf("pemContent = %.20q, %v; want the error %q", got, err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(message, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzSignedContent(f *testing.F) {
	f.Add(signedMessage(derTLV, octetTLV("profile")))
	f.Add(signedMessage(berTLV, octetTLV("profile")))
	f.Add(signedMessage(derTLV))
	f.Add(signedMessage(berTLV, berTLV(tagChunks, octetTLV("pro"), berTLV(tagChunks, octetTLV("file")))))
	f.Add(signedMessage(derTLV, derTLV(tagChunks, octetTLV("pro"), berTLV(tagChunks, octetTLV("file")))))
	f.Add(derTLV(TagSequence, cmsWithoutHeader()))
	f.Add(berTLV(TagSequence, cmsWithoutHeader()))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: derTLV(TagSequence, cmsWithoutHeader())}))
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.HasPrefix(text, []byte("-----BEGIN")) {
			inner, err := DecodePEM(text)
			if err != nil {
				return
			}
			text = inner
		}
		content, err := Content(text)
		if err != nil {
			if content != nil {
				t.Error("content beside an error")
			}
			return
		}
		if len(content) > len(text) || cap(content) > len(text) {
			t.Errorf("content of %d bytes, capacity %d, from %d", len(content), cap(content), len(text))
		}
		// More bytes after a complete message change nothing.
		again, err := Content(append(slices.Clip(text), '\n'))
		if err != nil || !bytes.Equal(content, again) {
			t.Errorf("with a line end after it: %q, %v; before: %q", again, err, content)
		}
	})
}
