package cjkfont

// Point is a point of an outline on the grid of Em units, Y upwards. Points off
// the curve are the control points of quadratic curves; between two of them
// lies a point on the curve that TrueType leaves out.
type Point struct {
	X, Y float64
	On   bool
}

// Outline gives the closed contours of r, for drawing without a PDF reader, and
// its advance in thousandths. Error: no font has it.
func (s *Set) Outline(w Weight, r rune) (contours [][]Point, advance int, err error) {
	f, gid, ok := s.find(w, r)
	if !ok {
		return nil, 0, errOutline
	}
	g, err := f.draw(gid, r)
	if err != nil {
		return nil, 0, err
	}
	contours, err = readContours(g.outline)
	return contours, g.advance, err
}

// readContours reads a simple glyph.
func readContours(data []byte) ([][]Point, error) {
	if len(data) == 0 {
		return nil, nil // a space
	}
	if len(data) < 12 {
		return nil, errOutline
	}
	n := int(be.Uint16(data))
	at := 10 + 2*n
	if n == 0 || len(data) < at+2 {
		return nil, errOutline
	}
	points := int(be.Uint16(data[at-2:])) + 1
	if at += 2 + int(be.Uint16(data[at:])); at > len(data) {
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
	out, from := make([][]Point, 0, n), 0
	for i := range n {
		end := int(be.Uint16(data[10+2*i:])) + 1
		if end < from || end > points {
			return nil, errOutline
		}
		var c []Point
		for k := from; k < end; k++ {
			c = append(c, Point{float64(xs[k]), float64(ys[k]), flags[k]&onCurve != 0})
		}
		out, from = append(out, c), end
	}
	return out, nil
}
