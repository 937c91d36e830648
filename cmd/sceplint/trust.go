package main

import (
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/sceplint/sceplint/checker"
	"github.com/sceplint/sceplint/checker/localfile"
)

// rootFile is a file of root certificates.
type rootFile struct {
	read func() ([]byte, error)
	fail func(error) error // tells where it is named
}

// verify does what --verify-signatures and --trust, or the configuration, ask for;
// nil if that is nothing. Flags override the configuration.
func (f *checkFlags) verify() (*checker.Verify, error) {
	conf := f.policies.Project.Config
	on := f.verifySignatures || conf.VerifySignatures && !f.verifyGiven
	files := f.rootFiles()
	switch {
	case !on && len(f.trust) > 0:
		return nil, errors.New("--trust does nothing alone; add --verify-signatures")
	case !on && len(files) > 0 && !f.verifyGiven:
		return nil, files[0].fail(errors.New("does nothing alone; add verify-signatures: true"))
	case !on:
		return nil, nil
	case len(files) == 0:
		roots, err := x509.SystemCertPool()
		if err != nil || roots.Equal(x509.NewCertPool()) {
			f.notes = append(f.notes, "this system has no root certificates, so that it is not looked at who signed; name roots with --trust")
			return &checker.Verify{}, nil
		}
		return &checker.Verify{Roots: roots}, nil
	}
	roots := x509.NewCertPool()
	for _, file := range files {
		text, err := file.read()
		if err == nil {
			err = checker.AddRoots(roots, text)
		}
		if err != nil {
			return nil, file.fail(err)
		}
	}
	return &checker.Verify{Roots: roots, Named: true}, nil
}

// rootFiles are the files of roots that --trust names, or else the configuration.
func (f *checkFlags) rootFiles() (files []rootFile) {
	for _, path := range f.trust {
		files = append(files, rootFile{
			func() ([]byte, error) { return localfile.Read(path, localfile.MaxSize) },
			func(err error) error { return fmt.Errorf("--trust %s: %w", path, err) },
		})
	}
	if len(files) > 0 {
		return files
	}
	conf := &f.policies.Project
	for _, t := range conf.Trust {
		files = append(files, rootFile{
			func() ([]byte, error) { return conf.ReadFile(conf.Absolute(t.Value), localfile.MaxSize) },
			func(err error) error { return conf.Wrong(t.Place, "trust: %v", err) },
		})
	}
	return files
}
