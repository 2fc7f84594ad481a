//go:build !windows

package spool

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// commandTime is far above what lp and lpstat take on a working system.
const commandTime = 20 * time.Second

// call runs one of the commands of CUPS in its English, which is what is parsed.
func call(ctx context.Context, stdin []byte, name string, args ...string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &Error{NoSpooler, "", name + " is not installed (package cups-client)"}
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "LANG=C")
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	out, err := cmd.Output()
	if err == nil {
		return string(out), nil
	}
	detail := err.Error()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		detail = strings.TrimSpace(string(exit.Stderr))
	}
	code := Failed
	for _, sign := range []string{"Bad file descriptor", "Connection refused", "Unable to connect", "Transport endpoint", "No such file or directory", "Scheduler is not running"} {
		if strings.Contains(detail, sign) {
			code = NoSpooler
		}
	}
	return string(out), &Error{code, "", detail}
}

var (
	printerLine = regexp.MustCompile(`(?m)^printer (\S+) (.*)$((?:\n[\t ]+.*)*)`)
	acceptLine  = regexp.MustCompile(`(?m)^(\S+) (not accepting|accepting) requests`)
	defaultLine = regexp.MustCompile(`(?m)^system default destination: (\S+)$`)
	requestLine = regexp.MustCompile(`request id is (\S+)`)
)

func queues(ctx context.Context) ([]Printer, error) {
	said, err := call(ctx, nil, "lpstat", "-p")
	if err != nil {
		if strings.Contains(err.Error(), "No destinations added") {
			return nil, nil
		}
		return nil, err
	}
	all := parsePrinters(said)
	if said, err := call(ctx, nil, "lpstat", "-a"); err == nil {
		for _, m := range acceptLine.FindAllStringSubmatch(said, -1) {
			if i := slices.IndexFunc(all, func(p Printer) bool { return p.Name == m[1] }); i >= 0 {
				all[i].Rejecting = m[2] == "not accepting"
			}
		}
	}
	if said, err := call(ctx, nil, "lpstat", "-d"); err == nil {
		if m := defaultLine.FindStringSubmatch(said); m != nil {
			for i := range all {
				all[i].Default = all[i].Name == m[1]
			}
		}
	}
	return all, nil
}

func parsePrinters(said string) (all []Printer) {
	for _, m := range printerLine.FindAllStringSubmatch(said, -1) {
		p := Printer{Name: m[1], Stopped: strings.HasPrefix(m[2], "disabled")}
		p.Why = strings.Join(strings.Fields(m[3]), " ")
		all = append(all, p)
	}
	return all
}

// find looks a queue up and says why it cannot print now. CUPS does not tell
// the two ways of not printing apart for lp: a stopped queue keeps the job.
func find(ctx context.Context, name string) error {
	all, err := queues(ctx)
	if err != nil {
		return named(err, name)
	}
	i := slices.IndexFunc(all, func(p Printer) bool { return p.Name == name })
	switch {
	case i < 0:
		return &Error{NoPrinter, name, "no such queue"}
	case all[i].Stopped:
		return &Error{Stopped, name, all[i].Why}
	case all[i].Rejecting:
		return &Error{Rejecting, name, all[i].Why}
	}
	return nil
}

func named(err error, printer string) error {
	var e *Error
	if errors.As(err, &e) && e.Printer == "" {
		e.Printer = printer
	}
	return err
}

// queue submits a document and watches the queue for a moment.
func (s System) queue(ctx context.Context, name string, d Document) (string, error) {
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " /#\t\n") {
		return "", &Error{NoPrinter, name, "not a queue's name"}
	}
	if err := find(ctx, name); err != nil {
		return "", err
	}
	args := []string{"-d", name, "-t", d.Title}
	data := d.PDF
	if d.Raw != nil {
		data, args = d.Raw, append(args, "-o", "raw")
	} else if d.Media != "" {
		args = append(args, "-o", "media="+d.Media)
	}
	said, err := call(ctx, data, "lp", args...)
	if err != nil {
		return "", named(err, name)
	}
	m := requestLine.FindStringSubmatch(said)
	if m == nil {
		return "", &Error{Failed, name, strings.TrimSpace(said)}
	}
	return m[1], s.watch(ctx, name, m[1])
}

// watch looks whether the queue stops on the job, puts it aside or does not
// reach the printer. Such a job is taken away: the paper must not come out
// tomorrow, unexpected, next to a second one.
func (s System) watch(ctx context.Context, name, job string) error {
	const look = 250 * time.Millisecond
	for waited := time.Duration(0); ; waited += look {
		left, err := call(ctx, nil, "lpstat", "-W", "not-completed", "-l", "-o", name)
		about, waits := jobLines(left, job)
		if err == nil && !waits {
			return nil // out of the queue: the device has it
		}
		err = find(ctx, name)
		if err == nil && strings.Contains(about, "resources-are-not-ready") {
			err = &Error{Failed, name, "the printer's driver did not run; the job was put aside"}
		}
		if err == nil && waited >= s.patience() {
			if !unreachable.MatchString(about) {
				return nil
			}
			err = &Error{Stopped, name, about}
		}
		if err != nil {
			if _, cancelled := call(ctx, nil, "cancel", job); cancelled != nil {
				return &Error{CodeOf(err), name, "the job " + job + " still waits in the queue: " + cancelled.Error()}
			}
			return err
		}
		select {
		case <-ctx.Done():
			return &Error{Failed, name, ctx.Err().Error()}
		case <-time.After(look):
		}
	}
}

// unreachable is what the backends of CUPS say of a printer that does not answer.
var unreachable = regexp.MustCompile(`(?i)unavailable|not respond|offline|unable to|refused|unreachable|not connected|waiting for printer`)

// jobLines finds what lpstat says of a job that has not ended.
func jobLines(said, job string) (about string, waits bool) {
	for _, line := range strings.Split(said, "\n") {
		indented := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " ")
		switch words := strings.Fields(line); {
		case !indented && len(words) > 0:
			if waits {
				return about, true
			}
			waits = words[0] == job
		case waits && !strings.HasPrefix(strings.TrimSpace(line), "queued for"):
			about = strings.TrimSpace(about + " " + strings.TrimSpace(line))
		}
	}
	return about, waits
}
