package report

import (
	"bytes"
	"cmp"
	"io"
	"os"
)

// spool keeps text that can be written only when all of it is known, since
// counts stand before it: the start in memory, and what is more in a temporary
// file that only the user can read and that has no name.
type spool struct {
	memory bytes.Buffer // what is not in the file yet
	file   *os.File     // nil while all is in memory
}

// maxSpoolMemory is how many bytes of a spool are in memory.
const maxSpoolMemory = 4 << 20

func (s *spool) Write(text []byte) (int, error) {
	if s.memory.Len() > 0 && s.memory.Len()+len(text) > maxSpoolMemory {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	return s.memory.Write(text)
}

func (s *spool) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp("", "sceplint-*")
		if err != nil {
			return err
		}
		_ = os.Remove(file.Name()) // it stays until it is closed; close removes it where that fails
		s.file = file
	}
	_, err := s.memory.WriteTo(s.file)
	return err
}

// WriteTo writes all text.
func (s *spool) WriteTo(w io.Writer) (n int64, err error) {
	if s.file != nil {
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
		if n, err = io.Copy(w, s.file); err != nil {
			return n, err
		}
	}
	m, err := s.memory.WriteTo(w)
	return n + m, err
}

// close removes the file.
func (s *spool) close() {
	if s.file != nil {
		_ = cmp.Or(s.file.Close(), os.Remove(s.file.Name()))
	}
}
