package plist

// What a document may cost. A profile that devices install stays far below
// each of these; a document beyond one of them is refused with a SyntaxError.
const (
	// MaxSize is the largest document Parse reads, in bytes.
	MaxSize = 128 << 20

	maxBinary         = 24 << 20 // bytes of a binary property list, which takes several times that while it is decoded
	MaxDepth          = 512      // dicts and arrays inside one another
	maxNodes          = 1 << 19  // values in one document, every reference of a binary property list expanded
	maxFaults         = 20       // errors of syntax after which reading goes on
	maxCompatWarnings = 1000     // places of a document that Apple's own reader would refuse
)
