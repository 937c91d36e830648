package profile

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
)

// TestPKCS12Iterations holds that the work which a file asks for is known before it is
// done, or the file is not decrypted.
func TestPKCS12Iterations(t *testing.T) {
	derivation := func(n any) asn1.RawValue {
		der, err := asn1.Marshal(struct {
			Salt       []byte
			Iterations any
		}{[]byte("salt"), n})
		if err != nil {
			t.Fatal(err)
		}
		return asn1.RawValue{FullBytes: der}
	}
	for n, want := range map[int]int{2048: 2048, maxPKCS12Work: maxPKCS12Work, maxPKCS12Work + 1: -1, -5: -1} {
		algorithm := algorithmOf(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}, derivation(n))
		if got := pkcs12Iterations(algorithm); got != want {
			t.Errorf("%d iterations: %d, want %d", n, got, want)
		}
		der, err := asn1.Marshal(struct{ Derivation, Encryption any }{algorithmOf(oidPBES2, derivation(n)), algorithmOf(oidPBES2, asn1.NullRawValue)})
		if err != nil {
			t.Fatal(err)
		}
		if got := pkcs12Iterations(algorithmOf(oidPBES2, asn1.RawValue{FullBytes: der})); got != want {
			t.Errorf("PBES2 with %d iterations: %d, want %d", n, got, want)
		}
	}
	if pkcs12Iterations(algorithmOf(oidPBES2, asn1.NullRawValue)) != -1 {
		t.Error("an algorithm without parameters")
	}
	f := PKCS12File{work: 5}
	f.addWork(algorithmOf(oidPBES2, asn1.NullRawValue))
	f.addWork(algorithmOf(asn1.ObjectIdentifier{1, 2}, derivation(1)))
	if f.work != -1 {
		t.Errorf("work %d of an unknown algorithm", f.work)
	}
}

func algorithmOf(oid asn1.ObjectIdentifier, parameters asn1.RawValue) pkix.AlgorithmIdentifier {
	return pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: parameters}
}
