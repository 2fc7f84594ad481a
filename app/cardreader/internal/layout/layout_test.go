package layout

import "testing"

// No two fields of a kind share a byte, none is outside, all are whole units.
func TestSpans(t *testing.T) {
	for _, l := range All {
		owner := map[int]string{}
		for _, f := range l.Fields {
			for _, s := range f.Spans {
				if s.Off%2 != 0 || s.Len%2 != 0 || s.Off+s.Len > Size {
					t.Errorf("%s %s: bad span %v", l.Kind, f.Name, s)
				}
				for i := s.Off; i < s.Off+s.Len; i++ {
					if owner[i] != "" {
						t.Errorf("%s: byte %d belongs to %s and %s", l.Kind, i, owner[i], f.Name)
					}
					owner[i] = f.Name
				}
			}
		}
		if Find(l.Kind) == nil {
			t.Errorf("%s is not found by its name", l.Kind)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	l := Find("resident")
	if _, err := l.Encode([]string{"a"}); err == nil {
		t.Error("too few fields accepted")
	}
	long := make([]string, len(l.Fields))
	long[0] = "一二三四五六七八九十一二三四五六"
	if _, err := l.Encode(long); err == nil {
		t.Error("a name of 16 units accepted")
	}
	if _, err := Find("hkmotw").Encode(make([]string, 12)); err == nil {
		t.Error("a permit without its flag accepted")
	}
	if _, err := EncodeAddress(string(make([]rune, 36))); err == nil {
		t.Error("a long address accepted")
	}
	if Find("passport") != nil {
		t.Error("unknown kind found")
	}
}
