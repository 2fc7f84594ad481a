package wording

import "testing"

func TestLoad(t *testing.T) {
	b, err := Load()
	if err != nil {
		for _, f := range err.(*Error).Faults {
			t.Error(f)
		}
		t.FailNow()
	}
	t.Log(b.Kinds())
}
