package probe

import (
	"io"
	"log"
)

// quiet is where servers of tests log to.
var quiet = log.New(io.Discard, "", 0)
