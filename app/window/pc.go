package window

import (
	"time"

	"onedoor/app/counter"
)

// longestIdle is the longest time that a counter may be left alone, in minutes.
const longestIdle = 120

// Settings gives those of this PC. It needs no login: large type is wanted there too,
// so it tells no more than that before one.
func (w *Window) Settings() (Settings, error) {
	if w.opened().Settings == nil {
		return Settings{IdleMinutes: int(w.idle() / time.Minute)}, nil
	}
	s := w.cfg.Settings()
	if _, err := w.current(false); err != nil {
		return Settings{Large: s.Large}, nil
	}
	s.IdleMinutes = int(w.idle() / time.Minute)
	return s, nil
}

// SaveSettings keeps them for everybody at this PC. Errors: CodeInvalid with details.
func (w *Window) SaveSettings(s Settings) (Settings, error) {
	if _, err := w.current(true); err != nil {
		return Settings{}, err
	}
	if w.cfg.SaveSettings == nil {
		return Settings{}, notHere()
	}
	if s.IdleMinutes < 1 || s.IdleMinutes > longestIdle {
		return Settings{}, counter.Ef(counter.CodeInvalid, "自动退出的时间要在 1 到 %d 分钟之间", "the idle lock is between 1 and %d minutes", longestIdle).
			Hint("请重新填写", "choose another")
	}
	if err := w.cfg.SaveSettings(s); err != nil {
		return Settings{}, w.failed("SaveSettings", err)
	}
	if w.cfg.Feed != nil {
		w.cfg.Feed.Tell(TopicDevice)
	}
	return w.Settings()
}

// idle is how long this seat may be left alone.
func (w *Window) idle() time.Duration {
	if w.cfg.Settings != nil {
		if m := w.cfg.Settings().IdleMinutes; m >= 1 && m <= longestIdle {
			return time.Duration(m) * time.Minute
		}
	}
	return w.cfg.Idle
}

// Health tells how this PC stands.
func (w *Window) Health() (Health, error) {
	if _, err := w.current(false); err != nil {
		return Health{}, err
	}
	h := Health{Now: w.cfg.Now().Format(time.RFC3339), DiskFree: -1, DiskTotal: -1}
	if w.cfg.Health != nil {
		var err error
		if h, err = w.cfg.Health(w.ctx); err != nil {
			return Health{}, w.failed("Health", err)
		}
	}
	h.Papers, h.Drafts = w.cfg.PaperFolder, w.cfg.KeepDraft != nil
	return h, nil
}

// SaveOwn keeps something small of the user's, such as the filters of a list.
func (w *Window) SaveOwn(text string) error {
	user, err := w.current(false)
	if err != nil || w.cfg.KeepOwn == nil {
		return err
	}
	return w.failedIf("SaveOwn", w.cfg.KeepOwn(user.UserID(), []byte(text)))
}

// Own gives what SaveOwn has kept for the user; "" if there is nothing.
func (w *Window) Own() (string, error) {
	user, err := w.current(false)
	if err != nil || w.cfg.Own == nil {
		return "", err
	}
	data, err := w.cfg.Own(user.UserID())
	return string(data), w.failedIf("Own", err)
}
