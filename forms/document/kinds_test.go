package document

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"onedoor/forms/document/sign"
	"onedoor/forms/document/wording"
)

// everyKind are the papers that a counter must be able to hand out.
var everyKind = []string{"acceptance", "approval", "checklist", "consultation", "copy", "deferral", "delivery", "denial", "extension", "grant",
	"guide", "handover", "intake", "join", "mine", "pledge", "proxy", "refusal", "supplement", "suspension", "withdrawal"}

func TestEveryKindIsThere(t *testing.T) {
	if got := newPress(t).Book().Kinds(); !slices.Equal(got, everyKind) {
		t.Fatalf("%v", got)
	}
}

// TestEveryRequirementCounts takes each required statement away, one at a time:
// the document must be refused, and the statement named with its basis.
func TestEveryRequirementCounts(t *testing.T) {
	t.Parallel()
	p := newPress(t)
	for _, kind := range everyKind {
		full := draftOf(t, kind)
		if err := p.CheckDraft(full); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if err := p.CheckDraft(minimalDraft(t, kind)); err != nil {
			t.Errorf("%s, minimal: %v", kind, err)
		}
		scope := wording.Scope{Page: pageOf(t, kind), Facts: full.Facts}
		tried := 0
		for _, f := range pageOf(t, kind).Fields {
			if !f.Required || f.Default != "" || !scope.Holds(f.When) {
				continue
			}
			d := full
			d.Facts = maps.Clone(full.Facts)
			delete(d.Facts, f.Key)
			var e *Error
			err := p.CheckDraft(d)
			if !errors.As(err, &e) || e.Code != MissingContents || e.Missing[0].Key != f.Key || e.Missing[0].Basis == "" || !strings.Contains(e.Zh, f.Zh) {
				t.Errorf("%s without %s: %v", kind, f.Key, err)
			}
			tried++
		}
		if tried < 3 {
			t.Errorf("%s demands only %d statements", kind, tried)
		}
	}
}

func TestRequiredOnlyWhenItApplies(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		spoil func(wording.Facts)
		want  string
	}{
		"competent body":        {"refusal", func(f wording.Facts) { delete(f, "competent_body") }, "competent_body"},
		"not needed: no body":   {"refusal", func(f wording.Facts) { delete(f, "competent_body"); f["ground"] = "not_needed" }, ""},
		"certificate delivery":  {"grant", func(f wording.Facts) { delete(f, "deliver_by") }, "deliver_by"},
		"no certificate":        {"grant", func(f wording.Facts) { delete(f, "deliver_by"); delete(f, "certificate") }, ""},
		"termination: reasons":  {"withdrawal", func(f wording.Facts) { f["what"] = "terminated" }, "reason basis"},
		"one deliverer":         {"delivery", func(f wording.Facts) { f["deliverers"] = []string{"王小明"} }, "deliverers"},
		"left: why":             {"delivery", func(f wording.Facts) { f["method"] = "left" }, "remarks"},
		"who received, and how": {"delivery", func(f wording.Facts) { f["receiver"] = "李某" }, "relation"},
		"agent without a name":  {"grant", func(f wording.Facts) { f["agent"] = true }, "agent_name"},
		"material without name": {"intake", func(f wording.Facts) { f["materials"] = []wording.Facts{{"copies": 1}} }, "materials"},
		"empty condition":       {"grant", func(f wording.Facts) { f["conditions"] = []string{"亮照经营", " "} }, "conditions"},
	} {
		d := draftOf(t, c.kind)
		c.spoil(d.Facts)
		err := newPress(t).CheckDraft(d)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got := strings.Join(lacks(t, err), " "); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestRefusedDrafts(t *testing.T) {
	for name, c := range map[string]struct {
		kind  string
		spoil func(*Draft)
		want  Code
	}{
		"unknown kind":           {"grant", func(d *Draft) { d.Kind = "x" }, UnknownKind},
		"before any wording":     {"grant", func(d *Draft) { d.IssuedAt = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) }, UnknownKind},
		"misspelt statement":     {"grant", func(d *Draft) { d.Facts["valdity"] = "长期" }, InvalidValue},
		"no such choice":         {"refusal", func(d *Draft) { d.Facts["ground"] = "mood" }, InvalidValue},
		"no date":                {"grant", func(d *Draft) { d.Facts["decided_on"] = "2026-02-30" }, InvalidValue},
		"number instead of text": {"grant", func(d *Draft) { d.Facts["validity"] = 5 }, InvalidValue},
		"broken text":            {"grant", func(d *Draft) { d.Facts["validity"] = "\xff" }, InvalidValue},
		"due not later":          {"extension", func(d *Draft) { d.Facts["new_due"] = d.Facts["due"] }, InvalidValue},
		"full ID number":         {"grant", func(d *Draft) { d.Facts["applicant_number"] = "44060419900307201X" }, Unmasked},
		"private-use name":       {"grant", func(d *Draft) { d.Facts["applicant_name"] = "王\ue170明" }, Illegible},
		"copy 3 of 2":            {"grant", func(d *Draft) { d.CopyNo = 3 }, MissingContents},
		"no number":              {"grant", func(d *Draft) { d.Number = " " }, MissingContents},
	} {
		d := draftOf(t, c.kind)
		c.spoil(&d)
		var e *Error
		if err := newPress(t).CheckDraft(d); !errors.As(err, &e) || e.Code != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newPress(t).RenderDraft(draftOf(t, "delivery"), Roll80, sign.QRPrefix); err == nil {
		t.Error("a proof of delivery was printed on a roll")
	}
}

// TestNumbersInTextAreMasked: wherever somebody typed one, and nowhere else.
func TestNumbersInTextAreMasked(t *testing.T) {
	for s, want := range map[string]string{
		"11440604007044000744013100100": "", "44060410000120261120010001X": "", "114406040070440007": "", "440604199003072011": "", "4406**********201X": "",
		"证号44060419900307201X。": "证号4406**********201X。", "44060419900307201X13800000000": "4406**********201X13800000000", "11010519491231002x和44060419900307201X": "1101**********002x和4406**********201X",
	} {
		if want == "" {
			want = s
		}
		if got := maskText(s); got != want {
			t.Errorf("%s: %s", s, got)
		}
	}
	d := draftOf(t, "intake")
	d.Watermark = "仅供44060419900307201X使用"
	d.Facts["address"] = "44060419900307201X家中"
	d.Facts["materials"] = []wording.Facts{{"name": "44060419900307201X的证明"}}
	out, err := newPress(t).RenderDraft(d, A4, "OD1:AB")
	if err != nil {
		t.Fatal(err)
	}
	if text := ownText(t, out.PDF); strings.Contains(text, "44060419900307201X") || strings.Count(text, "4406**********201X") < 4 {
		t.Error(text)
	}
}

// TestSameBytes: the same case, kind, version and copy number give the same
// bytes before signing; another copy gives other bytes with the same digest.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	for _, kind := range everyKind {
		d := rareDraft(t, kind)
		first, err := newPress(t).RenderDraft(d, A4, "OD1:AB")
		if err != nil {
			t.Fatal(kind, err)
		}
		again := rareDraft(t, kind)
		again.IssuedAt = again.IssuedAt.UTC().Add(time.Millisecond)
		second, err := newPress(t).RenderDraft(again, A4, "OD1:AB")
		if err != nil || !bytes.Equal(first.PDF, second.PDF) {
			t.Errorf("%s: the same document gave other bytes, %v", kind, err)
		}
		d.Reprint++
		reprint, err := newPress(t).RenderDraft(d, A4, "OD1:AB")
		if err != nil || bytes.Equal(first.PDF, reprint.PDF) {
			t.Errorf("%s: a reprint is not marked, %v", kind, err)
		}
		one, err1 := newPress(t).Digest(d)
		two, err2 := newPress(t).Digest(again)
		if err1 != nil || err2 != nil || one != two {
			t.Errorf("%s: a reprint has another digest", kind)
		}
	}
}

// TestReprintOnTheSameDevice: signing chance-free, a device prints the same
// copy with the same QR code, however much later.
func TestReprintOnTheSameDevice(t *testing.T) {
	p, is, d := newPress(t), newIssuer(t), draftOf(t, "grant")
	first, err1 := p.IssueDraft(d, A4, Seal{is.key, is.chain, sampleTime})
	later, err2 := p.IssueDraft(d, A4, Seal{is.key, is.chain, sampleTime.AddDate(1, 0, 0)})
	if err1 != nil || err2 != nil || first.QR != later.QR || first.Unsigned != later.Unsigned {
		t.Error("printed again, the same copy differs", err1, err2)
	}
}

// TestSealsNeverStandAlone: whatever the length, above a place for a seal there
// is text on the same page.
func TestSealsNeverStandAlone(t *testing.T) {
	p := newPress(t)
	for n := range 40 {
		for _, paper := range []Paper{A4, A5} {
			d := draftOf(t, "pledge")
			for range n {
				d.Facts["commitments"] = append(d.Facts["commitments"].([]any), "愿意承担不实承诺的法律责任")
			}
			out, err := p.RenderDraft(d, paper, "OD1:AB")
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(ownText(t, out.PDF), "\n")
			at := slices.Index(lines, "（行政机关印章）")
			from := at
			for from > 0 && !strings.HasPrefix(lines[from-1], "第") {
				from--
			}
			if text := strings.Join(lines[from:at], ""); at < 0 || !strings.Contains(text, "出具时间") {
				t.Errorf("%d more, %s: the seal stands below %q", n, paper, text)
			}
		}
	}
}

// TestDigestHoldsEveryStatement changes each statement: the digest must change.
func TestDigestHoldsEveryStatement(t *testing.T) {
	p := newPress(t)
	for _, kind := range everyKind {
		d := draftOf(t, kind)
		was, err := p.Digest(d)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range d.Facts {
			s, ok := v.(string)
			f, _ := pageOf(t, kind).Field(k)
			if !ok || f.Type != wording.TypeText && f.Type != wording.TypeName {
				continue
			}
			changed := d
			changed.Facts = maps.Clone(d.Facts)
			changed.Facts[k] = s + "改"
			if now, err := p.Digest(changed); err != nil || now == was {
				t.Errorf("%s: %s is not in the digest, %v", kind, k, err)
			}
		}
	}
}

// TestDistrictWording: a district's file changes the words from its day on,
// and a paper of an earlier day keeps the earlier words.
func TestDistrictWording(t *testing.T) {
	text := `{"format": 1, "kind": "proxy", "version": 2, "effective_from": "2026-12-01", "title": "委托书（本区格式）", "papers": ["a4"], "copies": 1, "use": ["case"],
	 "fields": [{"key": "powers", "zh": "权限", "en": "powers", "type": "list", "required": true, "basis": "民法典第一百六十五条"}],
	 "blocks": [{"of": "powers", "each": "{#} {.}"}]}`
	p := newPress(t)
	book, err := p.Book().With(fstest.MapFS{"proxy-2.json": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	district := p.WithWording(book)
	if page := district.Page("proxy", sampleTime); page.Version != 1 {
		t.Error("the new words are used before their day")
	}
	after := sampleTime.AddDate(0, 1, 0)
	d := draftOf(t, "proxy")
	d.IssuedAt = after
	d.Facts = wording.Facts{"powers": []string{"代为提交材料"}}
	maps.Copy(d.Facts, facts(t, caseFacts))
	out, err := district.RenderDraft(d, A4, "OD1:AB")
	if err != nil {
		t.Fatal(err)
	}
	if s := ownText(t, out.PDF); !strings.Contains(s, "委托书（本区格式）") || !strings.Contains(s, "1 代为提交材料") {
		t.Error(s)
	}
	if p.Page("proxy", after).Version != 1 {
		t.Error("another press was changed")
	}
}

func TestGuideFromAnItem(t *testing.T) {
	s := ItemSheet{Body: "测试区民政局", Name: "高龄津贴", Code: "S-1", Type: "行政给付", Version: "第2版", Phone: "12345",
		LegalBasis: []string{"老年人权益保障法"}, Objects: []string{"自然人"}, Conditions: []string{"年满80周岁"}, Statutory: "20个工作日", Promised: "5个工作日", Visits: 1,
		Fee: "不收费", Result: "津贴", Address: "测试路1号", Hours: "工作日", Steps: []ItemStep{{Stage: "申请"}},
		Materials: []ItemMaterial{{Name: "申请表", Need: "必要", Originals: 1, Form: "纸质", Source: "申请人自备", BlankForm: "津贴申请表"}, {Name: "银行卡", Need: "必要", Copies: 1, SeenOnly: true, Source: "申请人自备", MayFollow: 5}}}
	for _, d := range []Draft{s.Guide("S-1", sampleTime), s.Checklist("S-1", sampleTime)} {
		out, err := newPress(t).RenderDraft(d, A4, "OD1:AB")
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(ownText(t, out.PDF), "\n", "")
		for _, want := range []string{"高龄津贴", "原件1份（纸质）", "复印件1份，验原件", "可容缺，5个工作日内补交"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", d.Kind, want, text)
			}
		}
	}
	s.Materials = nil
	if _, err := newPress(t).RenderDraft(s.Guide("S-1", sampleTime), A4, "OD1:AB"); err != nil {
		t.Error(err)
	}
}

// TestRandomDocumentsVerify issues random documents of every kind: each
// verifies, and each fails with any byte, QR character or statement changed.
func TestRandomDocumentsVerify(t *testing.T) {
	t.Parallel()
	n := 1000
	if testing.Short() {
		n = 100
	}
	p, is := newPress(t), newIssuer(t)
	const hands = 2
	for hand := range hands {
		t.Run(string(rune('a'+hand)), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(6, uint64(hand)))
			for range n / hands {
				tryRandom(t, p, is, rng)
			}
		})
	}
}

func tryRandom(t *testing.T, p *Press, is issuer, rng *rand.Rand) {
	t.Helper()
	d := randomDraft(t, p, rng)
	names := p.Page(d.Kind, d.IssuedAt).Papers
	paper, _ := ParsePaper(names[rng.IntN(len(names))])
	out, err := p.IssueDraft(d, paper, Seal{is.key, is.chain, sampleTime})
	if err != nil {
		t.Fatalf("%s: %v", d.Kind, err)
	}
	r, err := sign.VerifyPDF(out.PDF, is.chain[1:])
	if err != nil || r.Number != d.Number || r.Kind != d.Kind || r.QR != out.QR || !bytes.Equal(r.Digest[:], out.Digest[:16]) {
		t.Fatalf("%s: %+v, %v", d.Kind, r, err)
	}
	for range 2 {
		broken := bytes.Clone(out.PDF)
		at := rng.IntN(len(broken))
		broken[at] ^= byte(1 + rng.IntN(255))
		if _, err := sign.VerifyPDF(broken, is.chain[1:]); err == nil {
			t.Fatalf("%s: changed byte %d passed", d.Kind, at)
		}
	}
	text := []byte(out.QR)
	at := len(sign.QRPrefix) + rng.IntN(len(text)-len(sign.QRPrefix))
	text[at] = changed(text[at])
	if _, _, err := sign.VerifyQR(string(text), lookup(is)); err == nil {
		t.Fatalf("%s: a changed QR text passed", d.Kind)
	}
	d.Number = d.Number[:len(d.Number)-1] + string(changed(d.Number[len(d.Number)-1]))
	if other, err := p.Digest(d); err != nil || other == out.Digest {
		t.Fatalf("%s: another number has the same digest, %v", d.Kind, err)
	}
}

func changed(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}

// TestDerive: what the acceptance said needs no second entry, and nothing of
// it gets into a statement that means something else.
func TestDerive(t *testing.T) {
	p := newPress(t)
	n := rareNotice()
	n.Item.Basis = "受理的依据"
	for _, kind := range everyKind {
		if _, ok := pageOf(t, kind).Field("item_type"); !ok || kind == "guide" || kind == "checklist" {
			continue
		}
		d := p.Derive(n, kind, sampleTime, facts(t, kindFacts[kind]))
		if kind == "copy" {
			d.Scans = [][]byte{picture(t)}
		}
		if err := p.CheckDraft(d); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if d.Facts["applicant_name"] != n.Applicant.Name || d.Facts["basis"] == n.Item.Basis {
			t.Errorf("%s: %v", kind, d.Facts)
		}
	}
	d := p.Derive(n, "extension", sampleTime, nil)
	if got := lacks(t, p.CheckDraft(d)); slices.Contains(got, "due") || slices.Contains(got, "applicant_name") || !slices.Contains(got, "approver") {
		t.Error(got)
	}
}
