package terminal

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressDelay is how long a run shows no progress.
const progressDelay = time.Second

// Progress shows on a terminal how far a long run is. All methods are safe on
// nil, which shows nothing.
type Progress struct {
	lock   sync.Mutex
	bar    *progressbar.ProgressBar
	shown  bool // the run takes long
	done   int
	midway bool // the last line written is not at its end
	over   bool
	timer  *time.Timer
}

// ShowProgress starts to show the progress of a run on w, if that is a terminal.
// Total counts the files of the run.
func ShowProgress(w io.Writer, total func() int) *Progress {
	if !IsTerminal(w) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	p := newProgress(Unwrap(w))
	p.timer = time.AfterFunc(progressDelay, func() { p.start(total()) })
	return p
}

// newProgress sets the bar up; what it says of speed counts from now.
func newProgress(w io.Writer) *Progress {
	return &Progress{bar: progressbar.NewOptions(1, // the files are counted once the run takes long
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
func (p *Progress) start(total int) {
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
func (p *Progress) draw() {
	if p.shown && !p.midway {
		_ = p.bar.Set(min(p.done, max(p.bar.GetMax()-1, 0))) // a full bar would end itself, and more may follow
	}
}

// Step counts a file.
func (p *Progress) Step() {
	if p == nil {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.done++
	p.draw()
}

// End takes the bar away.
func (p *Progress) End() {
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

// Writer gives a writer for lines that go to the same terminal: the bar makes
// room for them.
func (p *Progress) Writer(w io.Writer) io.Writer {
	if p == nil || !IsTerminal(w) {
		return w
	}
	return &progressWriter{p, w}
}

type progressWriter struct {
	progress *Progress
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
