package simulator

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal. Its far end stays open here too: without that,
// reading fails between two programs that use it.
type terminal struct {
	*os.File // our end
	far      *os.File
	path     string
}

func openTerminal() (*terminal, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("simulator: no pseudo-terminal: %w", err)
	}
	t := &terminal{File: os.NewFile(uintptr(fd), "ptmx")}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		t.path = fmt.Sprintf("/dev/pts/%d", n)
		t.far, err = os.OpenFile(t.path, os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err == nil {
		err = makeRaw(t.far)
	}
	if err != nil {
		t.Close()
		return nil, fmt.Errorf("simulator: no pseudo-terminal: %w", err)
	}
	return t, nil
}

// makeRaw switches off echo and line editing, for hosts that expect a UART.
func makeRaw(f *os.File) error {
	return control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = t.Cflag&^unix.CBAUD | unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B115200
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
}

// Write also gives up the exclusive use that a host may have claimed: a device
// forgets it when a killed host's handle goes, but we hold one too.
func (t *terminal) Write(p []byte) (int, error) {
	control(t.far, func(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCNXCL, 0) })
	return t.File.Write(p)
}

// baud is the speed that the host has set.
func (t *terminal) baud() (speed int) {
	control(t.far, func(fd int) error {
		settings, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
		if err == nil {
			speed = int(settings.Ospeed)
		}
		return err
	})
	return speed
}

func (t *terminal) Close() error {
	var err error
	if t.far != nil {
		err = t.far.Close()
	}
	return errors.Join(t.File.Close(), err)
}

// control runs an ioctl without taking the file out of the poller.
func control(f *os.File, call func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = call(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// listenPTY serves one pseudo-terminal after another: each lasts until a fault
// unplugs it. link, if given, always points to the present one.
func (s *Simulator) listenPTY(link string) error {
	t, err := s.plug(link)
	if err != nil {
		return err
	}
	s.group.Go(func() {
		for {
			(&stream{m: s.m, conn: t, hostBaud: t.baud}).serve(s.life)
			if s.life.Err() != nil {
				break
			}
			if t, err = s.plug(link); err != nil {
				break
			}
		}
		if link != "" {
			os.Remove(link)
		}
	})
	return nil
}

func (s *Simulator) plug(link string) (*terminal, error) {
	t, err := openTerminal()
	if err != nil {
		return nil, err
	}
	path := t.path
	if link != "" {
		if err := replaceLink(path, link); err != nil {
			t.Close()
			return nil, err
		}
		path = link
	}
	s.setURL("sdt+serial://" + path + "?baud=115200")
	return t, nil
}

// replaceLink makes link point to path; it replaces a link but no other file.
func replaceLink(path, link string) error {
	if info, err := os.Lstat(link); err == nil && info.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("simulator: %s exists and is not a link", link)
	}
	next := link + ".new"
	os.Remove(next)
	if err := os.Symlink(path, next); err != nil {
		return err
	}
	return os.Rename(next, link)
}
