package main

import (
	"testing"

	"github.com/sceplint/sceplint/checker/policy"
	"github.com/sceplint/sceplint/checker/probe"
	"github.com/sceplint/sceplint/cmd/sceplint/guides"
	"github.com/sceplint/sceplint/rules"
)

// TestErrorCodes holds that the rules which the guide names for a code exist.
func TestErrorCodes(t *testing.T) {
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.ID] = true
	}
	for _, id := range append(policy.ShippedIDs(), probe.IDs()...) {
		known[id] = true
	}
	codes := map[string]bool{}
	for _, c := range guides.ErrorCodes() {
		for _, code := range c.Codes {
			if codes[code] {
				t.Errorf("%s: two rows", code)
			}
			codes[code] = true
		}
		if c.Meaning == "" || len(c.Rules) == 0 && c.Note == "" {
			t.Errorf("%v: nothing is said of it", c.Codes)
		}
		for _, id := range c.Rules {
			if !known[id] {
				t.Errorf("%v: unknown rule %s", c.Codes, id)
			}
		}
	}
	if len(codes) < 30 {
		t.Errorf("only %d codes", len(codes))
	}
}
