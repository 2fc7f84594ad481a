package pinyin

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReadings(t *testing.T) {
	for r, want := range map[rune][]string{
		'中': {"zhong"}, '吕': {"lv", "lyu", "lu"}, '䶮': {"yan"}, '㛃': {"jie"}, 'A': nil, '\ue170': nil,
	} {
		if got := Readings(r); !reflect.DeepEqual(got, want) {
			t.Errorf("%c: %v", r, got)
		}
	}
	for _, r := range "𠅤𬭳𤧛" {
		if len(Readings(r)) == 0 {
			t.Errorf("%c has no reading", r)
		}
	}
	if got := Readings('单'); !slices.Contains(got, "dan") || !slices.Contains(got, "shan") || !slices.Contains(got, "chan") {
		t.Error(got)
	}
}

// Nothing but a to z may come out, or nobody could type it.
func TestReadingsArePlain(t *testing.T) {
	for r := rune(0x3400); r < 0x32000; r++ {
		for _, s := range Readings(r) {
			if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
				t.Fatalf("%c (%U): %q", r, r, s)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string][2]string{
		"区小明": {"ouxiaoming", "oxm"}, "单雄信": {"shanxiongxin", "sxx"}, "仇英": {"qiuying", "qy"}, "查良": {"zhaliang", "zl"},
		"解缙": {"xiejin", "xj"}, "曾国": {"zengguo", "zg"}, "尉迟恭": {"yuchigong", "ycg"}, "朴一生": {"piaoyisheng", "pys"},
		"盖聂": {"genie", "gn"}, "冼星": {"xianxing", "xx"}, "万俟卨": {"moqi", "mq"}, "张三丰": {"zhangsanfeng", "zsf"},
		"李䶮𠅤": {"liyan", "ly"}, "Doe, John": {"doejohn", "doejohn"}, "阿卜杜·热": {"a", "a"},
	} {
		full, initials := Full(name), Initials(name)
		if !strings.HasPrefix(full[0], want[0]) || !strings.HasPrefix(initials[0], want[1]) {
			t.Errorf("%s: %v %v", name, full, initials)
		}
	}
	if got := Full("单"); got[0] != "dan" {
		t.Error("one character is no surname:", got)
	}
	if got := Full("单雄信"); !slices.Contains(got, "danxiongxin") {
		t.Error("the other readings must stay findable:", got)
	}
	if Full("") != nil || Initials(" ") != nil {
		t.Error("empty names")
	}
	if n := len(Full(strings.Repeat("单", 30))); n > maxSpellings {
		t.Error(n)
	}
}

func TestMatchTiers(t *testing.T) {
	text := Prepare("最低生活保障对象认定")
	for q, want := range map[string]Tier{
		"最低生活保障对象认定": Exact, "最低": Prefix, "保障": Substring, "障": Substring,
		"zdshbzdxrd": SpellFull, "zuidishenghuobaozhangduixiangrending": SpellFull,
		"zdsh": SpellStart, "zuidi": SpellStart, "zuid": SpellStart, "最dish": SpellStart, "zdshenghuo": SpellStart, "zu": SpellStart,
		"shbz": SpellIn, "baozhang": SpellIn, "baozh": SpellIn, "对xiang": SpellIn, "bao": SpellIn, "shhbzh": SpellIn,
		"dibao": Scattered, "低保": Scattered, "di保": Scattered, "ZUIDI": SpellStart, "ｚｄｓｈ": SpellStart, "zui di": SpellStart, "zui'di": SpellStart,
	} {
		s, ok := text.Match(NewQuery(q))
		if !ok || s.Tier != want {
			t.Errorf("%q: %v %v, want tier %d", q, s, ok, want)
		}
	}
	for _, q := range []string{"", "高", "gaoling", "zdj", "baodi", "db", "zdshbzdxrdx", "uidi"} {
		if s, ok := text.Match(NewQuery(q)); ok {
			t.Errorf("%q matches: %v", q, s)
		}
	}
}

// Any way of typing any stretch of a text finds it: characters, initials, full
// readings, mixed by turns.
// What the signs rule out matches nothing without them either.
func TestSignsRuleOutNoMatch(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 3))
	alphabet := []rune("赵钱李欧阳吕单重行长abhlnsuvyz07·é𠅤")
	pick := func(n int) string {
		out := make([]rune, 1+dice.IntN(n))
		for i := range out {
			out[i] = alphabet[dice.IntN(len(alphabet))]
		}
		return string(out)
	}
	matched, ruledOut := 0, 0
	for range 200_000 {
		text, q := PrepareName(pick(5)), NewQuery(pick(4))
		out := text.signs&q.needs != q.needs
		if out {
			ruledOut++
		}
		if !q.Empty() {
			if _, ok := text.match(q); ok {
				matched++
				if out {
					t.Fatalf("%q is ruled out for %q and matches", string(q.runes), string(text.runes))
				}
			}
		}
	}
	if matched < 1000 || ruledOut < 100_000 {
		t.Errorf("%d matched, %d ruled out: nothing was tried", matched, ruledOut)
	}
}

func TestAnyStretchIsFound(t *testing.T) {
	for _, s := range []string{"残疾人证换领和补办", "城乡居民基本养老保险参保登记", "重度残疾人护理补贴", "单位行长调查"} {
		text, runes := Prepare(s), []rune(s)
		for from := range runes {
			for to := from + 1; to <= len(runes); to++ {
				for way := range 4 {
					q := ""
					for i, r := range runes[from:to] {
						readings := Readings(r)
						reading := readings[(way+i)%len(readings)]
						q += []string{string(r), reading[:1], reading}[(way+i*(way/3))%3]
					}
					if _, ok := text.Match(NewQuery(q)); !ok {
						t.Fatalf("%q does not find %q in %q", q, string(runes[from:to]), s)
					}
				}
			}
		}
	}
}

func TestIndexOrder(t *testing.T) {
	x := NewIndex([]Entry{
		{"a", []string{"医疗救助申请"}}, {"b", []string{"临时救助"}}, {"c", []string{"救助"}}, {"d", []string{"小额临时救助"}},
		{"e", []string{"就业登记", "救助"}}, {"f", []string{"旧主题"}},
	}, Prepare)
	keys := func(q string, limit int) (s string) {
		for _, h := range x.Search(q, limit) {
			s += h.Key
		}
		return s
	}
	for q, want := range map[string]string{"救助": "cebad", "jz": "cefbad", "临时 救助": "bd", "jiuzhu": "cefbad", "": "", "  ": "", "猫": ""} {
		if got := keys(q, 0); got != want {
			t.Errorf("%q: %q, want %q", q, got, want)
		}
	}
	if got := keys("救助", 2); got != "ce" {
		t.Error(got)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("最低生活保障", "zdsh")
	f.Add("地地地地地地地地地地地地地地地地地地地地地地地地地地地地地地地地", strings.Repeat("di", 40))
	f.Add("儿儿儿儿儿儿儿儿儿儿儿儿", "erererererererx")
	f.Fuzz(func(t *testing.T, text, query string) {
		if len(text) > 400 {
			return
		}
		s, ok := Prepare(text).Match(NewQuery(query))
		if again, ok2 := Prepare(text).Match(NewQuery(query)); ok != ok2 || s != again {
			t.Error("not deterministic")
		}
		if ok && (s.At < 0 || s.Extra < 0) {
			t.Error(s)
		}
		Full(text)
	})
}

// BenchmarkNames is the search of persons in memory: 100,000 names.
func BenchmarkNames(b *testing.B) {
	given := []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平")
	family := []rune("王李张刘陈杨黄赵吴周区单仇查解曾尉朴盖冼")
	var entries []Entry
	for i := range 100000 {
		name := string(family[i%20]) + string(given[i/20%20]) + string(given[i/400%20])
		entries = append(entries, Entry{fmt.Sprint(i), []string{name}})
	}
	x := NewIndex(entries, PrepareName)
	for b.Loop() {
		x.Search("owf", 20)
	}
}
