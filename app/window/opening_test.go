package window

import (
	"reflect"
	"testing"
	"testing/synctest"

	"onedoor/app/counter"
)

// A page may ask before the station is open: nothing but Logout answers it then, and
// everything does afterwards.
func TestNothingIsAnsweredBeforeTheStationIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, opened := Opening(t.Context())
		fault := counter.E(counter.CodeLocked, "密钥打不开", "the key does not open")
		answered := map[string]bool{}
		done := make(chan string, 100)
		seat := reflect.ValueOf(w)
		for i := range seat.NumMethod() {
			name, m := seat.Type().Method(i).Name, seat.Method(i)
			var args []reflect.Value
			for j := range m.Type().NumIn() {
				args = append(args, reflect.Zero(m.Type().In(j)))
			}
			go func() {
				m.Call(args)
				done <- name
			}()
		}
		synctest.Wait()
		for len(done) > 0 {
			answered[<-done] = true
		}
		if len(answered) != 1 || !answered["Logout"] {
			t.Errorf("answered before the station was open: %v", answered)
		}
		opened(Config{Fault: fault, Now: newBench(t).cfg.Now})
		for range seat.NumMethod() - len(answered) {
			<-done
		}
		_, err := w.Station()
		wantCode(t, err, counter.CodeLocked)
	})
}
