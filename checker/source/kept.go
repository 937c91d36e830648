package source

import (
	"iter"

	"github.com/sceplint/sceplint/checker"
)

// Kept are inputs of one run, for another run over the same.
type Kept []checker.Input

// Keep keeps the inputs that it passes on.
func (k *Kept) Keep(inputs iter.Seq[checker.Input]) iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		for input := range inputs {
			*k = append(*k, input)
			if !yield(input) {
				return
			}
		}
	}
}

// Again yields the inputs, to be read again.
func (k Kept) Again() iter.Seq[checker.Input] {
	return func(yield func(checker.Input) bool) {
		for _, input := range k {
			if input.From != nil && input.Skip.Reason == "" && !input.Excluded {
				input = input.From.Input()
			}
			if !yield(input) {
				return
			}
		}
	}
}
