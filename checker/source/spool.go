package source

import (
	"io"
	"os"
	"sync"
)

// spool keeps what a stream held, which cannot be read a second time: a little
// of it in memory, the rest in a file that only the owner can read and that is
// gone when the command ends.
type spool struct {
	lock  sync.Mutex
	start []byte
	file  *os.File
	size  int64
}

// spoolMemory is how much is kept in memory.
const spoolMemory = 4 << 20

// put stores some bytes and returns their offset.
func (s *spool) put(text []byte) (int64, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	at := s.size
	if s.file == nil && len(s.start)+len(text) <= spoolMemory {
		s.start = append(s.start, text...)
		s.size += int64(len(text))
		return at, nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "sceplint-*")
		if err != nil {
			return 0, err
		}
		_ = os.Remove(file.Name()) // it stays until it is closed; where that cannot be, close removes it
		s.file = file
	}
	n, err := s.file.WriteAt(text, at-int64(len(s.start)))
	s.size += int64(n)
	return at, err
}

// get reads bytes that were stored.
func (s *spool) get(at int64, size int) ([]byte, error) {
	s.lock.Lock()
	start, file := s.start, s.file
	s.lock.Unlock()
	if at+int64(size) <= int64(len(start)) {
		return start[at : at+int64(size) : at+int64(size)], nil
	}
	text := make([]byte, size)
	_, err := file.ReadAt(text, at-int64(len(start)))
	if err == io.EOF {
		err = nil
	}
	return text, err
}

// copy stores everything from a reader.
func (s *spool) copy(r io.Reader) (n int64, err error) {
	buffer := make([]byte, 1<<20)
	for {
		m, err := r.Read(buffer)
		if m > 0 {
			if _, err := s.put(buffer[:m]); err != nil {
				return n, err
			}
			n += int64(m)
		}
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return n, err
		}
	}
}

// ReadAt reads what was stored as if it were one file.
func (s *spool) ReadAt(p []byte, at int64) (int, error) {
	s.lock.Lock()
	start, file, size := s.start, s.file, s.size
	s.lock.Unlock()
	if at >= size {
		return 0, io.EOF
	}
	n := 0
	if at < int64(len(start)) {
		n = copy(p, start[at:])
	}
	if n == len(p) {
		return n, nil
	}
	if file == nil {
		return n, io.EOF
	}
	m, err := file.ReadAt(p[n:], at+int64(n)-int64(len(start)))
	return n + m, err
}

// close removes the file.
func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
