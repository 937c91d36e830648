package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sceplint/sceplint/checker/localfile"
)

// Save writes each answer to a file of its own in a directory, which it creates.
func Save(dir string, answers map[Target]*Answer) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return localfile.DescribeError(dir, err)
	}
	for target, answer := range answers {
		text, err := answer.encode()
		if err == nil {
			err = localfile.WriteReport(filepath.Join(dir, target.fileName()), bytes.NewReader(text), true)
		}
		if err != nil {
			return localfile.DescribeError(dir, err)
		}
	}
	return nil
}

// Load reads the answers to targets that a directory has; it may have none to some
// of them. No link in it leads out of it.
func Load(dir string, targets []Target) (map[Target]*Answer, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, localfile.DescribeError(dir, err)
	}
	defer root.Close()
	answers := map[Target]*Answer{}
	for _, target := range targets {
		text, err := readSaved(root, target.fileName())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			answers[target], err = decodeAnswer(text, target)
		}
		if err != nil {
			return nil, localfile.DescribeError(filepath.Join(dir, target.fileName()), err)
		}
	}
	return answers, nil
}

func readSaved(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return localfile.ReadLimited(file, name, maxSaved)
}

// fileName is the name of the file that the answer to a target is saved in.
func (t Target) fileName() string {
	sum := sha256.Sum256([]byte(string(t.Protocol) + "\x00" + t.URL + "\x00" + t.Name))
	return "answer-" + hex.EncodeToString(sum[:12]) + ".json"
}

// maxSaved is the size in bytes of the largest file that an answer is read from.
const maxSaved = 8 << 20

// encode gives the text that an answer is saved as.
func (a *Answer) encode() ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	err := out.Encode(a)
	return b.Bytes(), err
}

// decodeAnswer reads a saved answer to a target.
func decodeAnswer(text []byte, t Target) (*Answer, error) {
	if len(text) > maxSaved {
		return nil, errors.New("the file is too large")
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	a := &Answer{}
	if err := in.Decode(a); err != nil {
		return nil, errors.New("not an answer that --save wrote")
	}
	switch {
	case in.More():
		return nil, errors.New("not an answer that --save wrote")
	case a.Version != answerVersion:
		return nil, fmt.Errorf("unsupported version %d", a.Version)
	case a.Target != t:
		return nil, errors.New("it is the answer to another request")
	}
	for _, operation := range t.operations() {
		e := a.exchange(operation)
		if e == nil || len(e.Body) > maxBody || len(e.Redirects) > maxRedirects+1 || (e.Status == 0) == (e.Failure == nil) {
			return nil, errors.New("the saved answer is incomplete")
		}
	}
	if len(a.Exchanges) != len(t.operations()) {
		return nil, errors.New("not an answer that --save wrote")
	}
	return a, nil
}
