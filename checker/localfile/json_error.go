package localfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// JSONError words an error of package encoding/json: the line, and the kind of
// the problem. It quotes nothing of the text, since a link or a mistake may have
// replaced the file with another one.
func JSONError(text []byte, err error) error {
	kind, offset := "not valid JSON", int64(-1)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &mismatch):
		kind, offset = "a JSON value of another type than expected", mismatch.Offset
	}
	if offset < 0 {
		return errors.New(kind)
	}
	line := 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
	return fmt.Errorf("line %d: %s", line, kind)
}
