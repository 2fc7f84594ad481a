package window

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Topics of a Feed. They say what a page may have to ask for again and carry nothing
// of it: who may see what is decided when it asks.
const (
	TopicRecords = "records" // something was recorded here or arrived
	TopicLink    = "link"    // connections, their progress, what waits
	TopicDevice  = "device"  // reader, printer, settings
	TopicScans   = "scans"   // the scanner's folder
)

// feedPause gathers what changes together into one telling.
const feedPause = 150 * time.Millisecond

// Feed tells pages that something changed. It never waits for a page: what a slow one
// has not heard yet is told it once, later. The zero Feed is ready.
type Feed struct {
	mu   sync.Mutex
	subs map[*Listener]bool
}

// Tell says a topic to everybody who listens.
func (f *Feed) Tell(topic string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.subs {
		l.topics[topic] = true
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Listener hears a Feed from the moment it was made. Close it.
type Listener struct {
	feed   *Feed
	topics map[string]bool // under feed.mu
	wake   chan struct{}
}

// Listen begins to listen.
func (f *Feed) Listen() *Listener {
	l := &Listener{feed: f, topics: map[string]bool{}, wake: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs == nil {
		f.subs = map[*Listener]bool{}
	}
	f.subs[l] = true
	return l
}

// Close ends it.
func (l *Listener) Close() {
	l.feed.mu.Lock()
	defer l.feed.mu.Unlock()
	delete(l.feed.subs, l)
}

// Next waits for topics, at most patience, and gives each once; none when the time is
// over. The error is that of ctx.
func (l *Listener) Next(ctx context.Context, patience time.Duration) ([]string, error) {
	select {
	case <-l.wake:
	case <-time.After(patience):
		return nil, ctx.Err()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-time.After(feedPause):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l.feed.mu.Lock()
	defer l.feed.mu.Unlock()
	var topics []string
	for t := range l.topics {
		topics = append(topics, t)
	}
	clear(l.topics)
	slices.Sort(topics)
	return topics, nil
}
