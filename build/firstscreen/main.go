// Command firstscreen measures how long programs with a window take from their start
// until their first screen is drawn. It looks at the picture memory of an Xvfb that was
// started with -fbdir, which costs the programs nothing, and says the medians and
// their ratio. build/firstscreen.sh sets everything up.
//
//	firstscreen --screen FILE --runs 5 EMPTY PROGRAM [ARGUMENT...]
package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// A screen with this many colours in its middle shows text: an empty window has one or two.
const drawnColours = 20

func main() {
	screen := flag.String("screen", "", "picture memory of Xvfb, Xvfb_screen0")
	runs := flag.Int("runs", 5, "starts of each program")
	flag.Parse()
	if err := run(*screen, *runs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "firstscreen:", err)
		os.Exit(1)
	}
}

func run(screen string, runs int, args []string) error {
	if len(args) < 2 || runs < 1 {
		return errors.New("usage: firstscreen --screen FILE --runs N EMPTY PROGRAM [ARGUMENT...]")
	}
	var empty, ours []time.Duration
	for i := range runs + 1 { // in turns: what else the machine does meets both
		a, err := once(screen, args[0])
		if err != nil {
			return err
		}
		b, err := once(screen, args[1], args[2:]...)
		if err != nil {
			return err
		}
		if i == 0 {
			continue // the files are read from the disk for the first time
		}
		fmt.Printf("empty %5d ms   onedoor %5d ms\n", a.Milliseconds(), b.Milliseconds())
		empty, ours = append(empty, a), append(ours, b)
	}
	slices.Sort(empty)
	slices.Sort(ours)
	m, o := empty[len(empty)/2], ours[len(ours)/2]
	fmt.Printf("first screen, medians of %d: empty Wails program %d ms, onedoor %d ms, ratio %.2f (budget 1.3); of the fastest %.2f\n",
		runs, m.Milliseconds(), o.Milliseconds(), float64(o)/float64(m), float64(ours[0])/float64(empty[0]))
	return nil
}

// once starts a program, waits until its window shows something, and ends it.
func once(screen, program string, args ...string) (took time.Duration, err error) {
	if err := until(screen, 20*time.Second, func(n int) bool { return n <= 1 }); err != nil {
		return 0, fmt.Errorf("the screen does not become empty: %w", err)
	}
	c := exec.Command(program, args...)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the web view has processes of its own
	start := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	err = until(screen, 120*time.Second, func(n int) bool { return n > drawnColours })
	took = time.Since(start)
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		<-ended
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", program, err)
	}
	return took, nil
}

func until(screen string, most time.Duration, ok func(colours int) bool) error {
	for start := time.Now(); time.Since(start) < most; time.Sleep(5 * time.Millisecond) {
		n, err := colours(screen)
		if err != nil {
			return err
		}
		if ok(n) {
			return nil
		}
	}
	return errors.New("timed out")
}

// colours counts the colours in the middle of the screen, an X window dump, up to
// one more than are asked for.
func colours(screen string) (int, error) {
	raw, err := os.ReadFile(screen)
	if err != nil {
		return 0, err
	}
	if len(raw) < 100 {
		return 0, errors.New("no picture")
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(raw[4*i:])) }
	if word(1) != 7 || word(11) != 32 {
		return 0, errors.New("not an X window dump of version 7 with 32 bits a pixel")
	}
	width, height, line, data := word(4), word(5), word(12), word(0)+12*word(19)
	if len(raw) < data+line*height || line < 4*width {
		return 0, errors.New("the picture is cut")
	}
	seen := map[uint32]bool{}
	for y := height / 6; y < height*5/6; y++ {
		for x := width / 4; x < width*3/4; x++ {
			if seen[binary.LittleEndian.Uint32(raw[data+y*line+4*x:])] = true; len(seen) > drawnColours {
				return len(seen), nil
			}
		}
	}
	return len(seen), nil
}
