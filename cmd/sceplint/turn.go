package main

import "sync"

// heavy is the size in bytes from which documents are judged one after the
// other: several at once would take several times the memory of one.
const heavy = 8 << 20

var heavyTurn sync.Mutex

// turn is held while an input is judged that is heavy.
type turn struct{ held bool }

// take waits for the turn of an input of so many bytes.
func (t *turn) take(size int64) {
	if t != nil && size > heavy && !t.held {
		heavyTurn.Lock()
		t.held = true
	}
}

// done lets the next one have its turn.
func (t *turn) done() {
	if t.held {
		t.held = false
		heavyTurn.Unlock()
	}
}
