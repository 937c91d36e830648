package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressDelay is how long a run shows no progress.
const progressDelay = time.Second

// progress shows on a terminal how far a long run is. All methods are safe on
// nil, which shows nothing.
type progress struct {
	lock   sync.Mutex
	bar    *progressbar.ProgressBar
	shown  bool // the run takes long
	done   int
	midway bool // the last line written is not at its end
	over   bool
	timer  *time.Timer
}

// showProgress starts to show progress on w, if that is a terminal and nobody
// wants it otherwise. Total counts the files of the run.
func (f *checkFlags) showProgress(w io.Writer, total func() int) *progress {
	if f.noProgress || f.quiet || !isTerminal(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	p := newProgress(unwrapWriter(w))
	p.timer = time.AfterFunc(progressDelay, func() { p.start(total()) })
	return p
}

// newProgress sets the bar up; what it says of speed counts from now.
func newProgress(w io.Writer) *progress {
	return &progress{bar: progressbar.NewOptions(1, // the files are counted once the run takes long
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("checking"),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("files"),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionUseANSICodes(true),
	)}
}

// start shows the bar.
func (p *progress) start(total int) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.over || total < 1 {
		return
	}
	p.bar.ChangeMax(total)
	p.shown = true
	p.draw()
}

// draw brings the bar up to date, unless it would cut a line in two.
func (p *progress) draw() {
	if p.shown && !p.midway {
		_ = p.bar.Set(min(p.done, max(p.bar.GetMax()-1, 0))) // a full bar would end itself, and more may follow
	}
}

// step counts a file.
func (p *progress) step() {
	if p == nil {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.done++
	p.draw()
}

// end takes the bar away.
func (p *progress) end() {
	if p == nil {
		return
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.over = true
	if p.shown {
		_ = p.bar.Clear()
		p.shown = false
	}
}

// writer gives a writer for lines that go to the same terminal: the bar makes
// room for them.
func (p *progress) writer(w io.Writer) io.Writer {
	if p == nil || !isTerminal(w) {
		return w
	}
	return &progressWriter{p, w}
}

type progressWriter struct {
	progress *progress
	out      io.Writer
}

func (a *progressWriter) Write(text []byte) (int, error) {
	p := a.progress
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.shown && !p.midway {
		_ = p.bar.Clear()
	}
	if len(text) > 0 {
		p.midway = text[len(text)-1] != '\n'
	}
	return a.out.Write(text)
}
