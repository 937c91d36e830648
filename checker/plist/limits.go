package plist

// The limits of a document. A profile that devices install stays far below each
// of these; a document beyond one of them is rejected with a SyntaxError.
const (
	// MaxSize is the size, in bytes, of the largest document that is read.
	MaxSize = 128 << 20

	maxBinary         = 24 << 20 // bytes of a binary property list, which takes several times that while it is decoded
	MaxDepth          = 512      // nested dictionaries and arrays
	maxNodes          = 1 << 19  // values in one document, every reference of a binary property list expanded
	maxFaults         = 20       // errors of syntax after which reading goes on
	maxCompatWarnings = 1000     // constructs of a document that Apple's own reader would reject
)
