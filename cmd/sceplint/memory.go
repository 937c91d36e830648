package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// What the collector may leave uncollected, as a limit on all memory. It keeps a
// run over many profiles small. A document that needs more by itself gets more,
// for a collector below its limit does nothing but collect.
const (
	usualMemory = 40 << 20
	leastRoom   = 12 << 20
)

// boundMemory sets the collector up. Profiles are read, judged and forgotten: a
// collection now and then is enough, as long as memory stays bounded.
var boundMemory = sync.OnceFunc(func() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(usualMemory)
	runtime.SetFinalizer(&collection{limit: usualMemory}, (*collection).over)
})

// collection is garbage, and so tells when some was collected.
type collection struct {
	limit int64
	_     [24]byte // the smallest objects share their memory, and may live as long as others do
}

// over raises the limit to half as much again as is in use where that comes near
// it, and takes it back.
func (c *collection) over() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	limit := int64(usualMemory)
	if inUse := int64(live[0].Value.Uint64()); inUse > usualMemory/2 {
		limit = max(usualMemory, inUse+max(inUse/2, leastRoom))
	}
	if limit != c.limit {
		debug.SetMemoryLimit(limit)
		c.limit = limit
	}
	runtime.SetFinalizer(c, (*collection).over)
}
