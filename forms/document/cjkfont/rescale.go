package cjkfont

import (
	"errors"
	"math"
)

// Flag bits of a point in a simple glyph (TrueType specification, "glyf").
const (
	onCurve  = 1
	shortX   = 2
	shortY   = 4
	repeated = 8
	sameX    = 16 // or: positive, when the short bit is set
	sameY    = 32
)

var errOutline = errors.New("cjkfont: damaged outline")

func scaled(v, num, den int) int {
	return int(math.Round(float64(v) * float64(num) / float64(den)))
}

// rescale redraws a simple glyph on another grid, dropping hinting. A font cut
// per document mixes glyphs of several fonts, so they must share one grid.
func rescale(data []byte, num, den int) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if len(data) < 10 {
		return nil, errOutline
	}
	contours := int(be.Uint16(data))
	at := 10 + 2*contours
	if contours == 0 || len(data) < at+2 {
		return nil, errOutline
	}
	out := append([]byte(nil), data[:at]...)
	for i := 2; i < 10; i += 2 {
		be.PutUint16(out[i:], uint16(scaled(int(int16(be.Uint16(data[i:]))), num, den)))
	}
	out = append(out, 0, 0)
	points := int(be.Uint16(data[at-2:])) + 1
	at += 2 + int(be.Uint16(data[at:]))
	if at > len(data) {
		return nil, errOutline
	}
	flags, rest, err := readFlags(data[at:], points)
	if err != nil {
		return nil, err
	}
	xs, rest, err := readAxis(rest, flags, shortX, sameX)
	if err != nil {
		return nil, err
	}
	ys, _, err := readAxis(rest, flags, shortY, sameY)
	if err != nil {
		return nil, err
	}
	return writePoints(out, flags, rescaleAxis(xs, num, den), rescaleAxis(ys, num, den)), nil
}

// readFlags expands the run-length coded flags of the points.
func readFlags(b []byte, points int) (flags, rest []byte, err error) {
	for len(flags) < points {
		if len(b) == 0 {
			return nil, nil, errOutline
		}
		f, times := b[0], 1
		b = b[1:]
		if f&repeated != 0 {
			if len(b) == 0 {
				return nil, nil, errOutline
			}
			times, b = 1+int(b[0]), b[1:]
		}
		for ; times > 0 && len(flags) < points; times-- {
			flags = append(flags, f)
		}
	}
	return flags, b, nil
}

// readAxis returns the absolute coordinates along one axis.
func readAxis(b, flags []byte, short, same byte) (at []int, rest []byte, err error) {
	v := 0
	for _, f := range flags {
		switch {
		case f&short != 0:
			if len(b) < 1 {
				return nil, nil, errOutline
			}
			if f&same != 0 {
				v += int(b[0])
			} else {
				v -= int(b[0])
			}
			b = b[1:]
		case f&same == 0:
			if len(b) < 2 {
				return nil, nil, errOutline
			}
			v += int(int16(be.Uint16(b)))
			b = b[2:]
		}
		at = append(at, v)
	}
	return at, b, nil
}

// rescaleAxis scales absolute positions, so that rounding does not add up
// along a contour, and returns the steps between them.
func rescaleAxis(at []int, num, den int) []int {
	steps, prev := make([]int, len(at)), 0
	for i, v := range at {
		v = scaled(v, num, den)
		steps[i], prev = v-prev, v
	}
	return steps
}

// writePoints appends flags and coordinates in their shortest coding.
func writePoints(out, flags []byte, dx, dy []int) []byte {
	var xs, ys []byte
	fl := make([]byte, len(flags))
	for i := range flags {
		fl[i] = flags[i] & onCurve
		fl[i], xs = writeStep(fl[i], xs, dx[i], shortX, sameX)
		fl[i], ys = writeStep(fl[i], ys, dy[i], shortY, sameY)
	}
	for i := 0; i < len(fl); {
		j := i + 1
		for j < len(fl) && fl[j] == fl[i] && j-i < 256 {
			j++
		}
		if j-i > 1 {
			out = append(out, fl[i]|repeated, byte(j-i-1))
		} else {
			out = append(out, fl[i])
		}
		i = j
	}
	return append(append(out, xs...), ys...)
}

func writeStep(f byte, b []byte, d int, short, same byte) (byte, []byte) {
	switch {
	case d == 0:
		return f | same, b
	case d > 0 && d < 256:
		return f | short | same, append(b, byte(d))
	case d < 0 && d > -256:
		return f | short, append(b, byte(-d))
	}
	return f, be.AppendUint16(b, uint16(d))
}
