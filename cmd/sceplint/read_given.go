package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// patientOpen is how long a named pipe waits for somebody who writes to it. One
// that has a writer, as of <(command) in a shell, is read as long as it takes.
const patientOpen = 3 * time.Second

var errNoWriter = fmt.Errorf("it is a pipe, and nobody began to write to it in %v", patientOpen)

func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// openPipe opens a pipe for reading, if there is a writer.
func openPipe(path string) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		file, err := os.Open(path)
		done <- opened{file, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-time.After(patientOpen):
		return nil, errNoWriter
	}
}

func readPipe(path string) ([]byte, error) {
	f, err := openPipe(path)
	if err != nil {
		return nil, plain(path, err)
	}
	defer f.Close()
	text, err := readAll(f)
	if err != nil {
		return nil, plain(path, err)
	}
	return text, nil
}

// The largest files that flags may name, in bytes.
const (
	maxGiven    = 16 << 20
	maxBaseline = 64 << 20
	maxState    = 1 << 30 // of an audit, which grows with the fleet
)

// readGiven reads a file that a flag names, which is neither a profile nor
// endless.
func readGiven(path string, most int64) ([]byte, error) {
	open := os.Open
	if isPipe(path) {
		open = openPipe
	}
	f, err := open(path)
	if err != nil {
		return nil, plain(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New("it is larger than " + size(most))
	}
	if err != nil {
		return nil, plain(path, err)
	}
	return text, nil
}

func size(n int64) string {
	if n >= 1<<30 {
		return fmt.Sprintf("%d GiB", n>>30)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
