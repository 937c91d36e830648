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
// it, and takes it back. Where more is in use, what the runtime needs for itself counts too:
// without that, an audit with 41 MiB in use collects after each 5 MiB, and takes 1.7 times
// the time.
func (c *garbageCollection) adjustLimit() {
	samples := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/memory/classes/metadata/mcache/inuse:bytes"},
		{Name: "/memory/classes/metadata/mspan/inuse:bytes"}, {Name: "/memory/classes/metadata/other:bytes"}, {Name: "/memory/classes/other:bytes"},
	}
	metrics.Read(samples)
	inUse, overhead := int64(0), int64(0)
	for i, x := range samples {
		switch {
		case x.Value.Kind() != metrics.KindUint64:
			return
		case i == 0:
			inUse = int64(x.Value.Uint64())
		default:
			overhead += int64(x.Value.Uint64())
		}
	}
	limit := int64(defaultMemoryLimit)
	if inUse > defaultMemoryLimit/2 {
		limit = max(defaultMemoryLimit, inUse+max(inUse/2, minHeadroom))
	}
	if inUse > defaultMemoryLimit*3/4 {
		limit += overhead
	}
	if limit != c.limit {
		debug.SetMemoryLimit(limit)
		c.limit = limit
	}
	runtime.SetFinalizer(c, (*garbageCollection).adjustLimit)
}
