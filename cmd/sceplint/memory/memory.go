// Package memory bounds the memory of long runs.
package memory

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
	defaultMemoryLimit = 40 << 20
	minHeadroom        = 12 << 20
)

// Limit sets the collector up. Profiles are read, checked, and forgotten: a
// collection now and then is enough, as long as memory stays bounded.
var Limit = sync.OnceFunc(func() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(defaultMemoryLimit)
	runtime.SetFinalizer(&garbageCollection{limit: defaultMemoryLimit}, (*garbageCollection).adjustLimit)
})

// garbageCollection is garbage, and so tells when some was collected.
type garbageCollection struct {
	limit int64
	_     [24]byte // the smallest objects share their memory, and may live as long as others do
}

// adjustLimit raises the limit to half as much again as is in use where that comes near
// it, and takes it back.
func (c *garbageCollection) adjustLimit() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	limit := int64(defaultMemoryLimit)
	if inUse := int64(live[0].Value.Uint64()); inUse > defaultMemoryLimit/2 {
		limit = max(defaultMemoryLimit, inUse+max(inUse/2, minHeadroom))
	}
	if limit != c.limit {
		debug.SetMemoryLimit(limit)
		c.limit = limit
	}
	runtime.SetFinalizer(c, (*garbageCollection).adjustLimit)
}
