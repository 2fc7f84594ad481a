package counter

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// DecodeItem reads one item, strictly: unknown, misspelt, double and
// wrong-typed fields are refused with their paths, and so is an item that
// Validate finds fault with. The item comes back tidied. Errors are *Error with
// code invalid and every fault in Details.
func DecodeItem(data []byte) (Item, error) {
	var it Item
	if ps := decodeStrict(data, &it); len(ps) != 0 {
		return Item{}, badItems(ps)
	}
	it.Tidy()
	if ps := it.Validate(); len(ps) != 0 {
		return Item{}, badItems(ps)
	}
	return it, nil
}

// DecodeItems reads a JSON array of items, or an object {"items": [...]}, with
// the rules of DecodeItem, all or nothing. The same code and version twice is
// refused.
func DecodeItems(data []byte) ([]Item, error) {
	var file struct {
		Items []Item `json:"items"`
	}
	var ps []Problem
	if trimmed := bytes.TrimSpace(trimBOM(data)); len(trimmed) > 0 && trimmed[0] == '[' {
		ps = decodeStrict(data, &file.Items)
	} else {
		ps = decodeStrict(data, &file)
	}
	if len(ps) != 0 {
		return nil, badItems(ps)
	}
	if ps := CheckItems(file.Items); len(ps) != 0 {
		return nil, badItems(ps)
	}
	return file.Items, nil
}

// CheckItems tidies a whole catalogue and lists every fault of it, with paths
// that begin items[i]. An empty catalogue is a fault.
func CheckItems(items []Item) []Problem {
	if len(items) == 0 {
		return []Problem{{"items", "没有任何事项 / there is no item", "至少写一个事项 / give at least one"}}
	}
	type key struct {
		code    string
		version int
	}
	var ps []Problem
	seen := map[key]int{}
	for i := range items {
		items[i].Tidy()
		for _, p := range items[i].Validate() {
			ps = append(ps, Problem{fmt.Sprintf("items[%d].%s", i, p.Where), p.What, p.Fix})
		}
		k := key{items[i].Code, items[i].Version}
		if first, dup := seen[k]; dup {
			ps = append(ps, Problem{fmt.Sprintf("items[%d].code", i), fmt.Sprintf("编码和版本与 items[%d] 相同 / code and version of items[%d] again", first, first), "改编码或版本 / change code or version"})
		} else {
			seen[k] = i
		}
	}
	return ps
}

func badItems(ps []Problem) error {
	return Ef(CodeInvalid, "事项目录有 %d 处错误，没有导入任何内容", "the catalogue has %d faults; nothing was imported", len(ps)).
		Hint("按所列位置逐处改正后再导入", "correct each place listed and import again").With(ps...)
}

// EncodeItems writes items as {"items": [...]}, indented, without escaping
// Chinese or HTML characters.
func EncodeItems(items []Item) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string][]Item{"items": items}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
