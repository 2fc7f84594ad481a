package main

import "strings"

// marks are sentences that each licence alone contains. A text may hold several.
var marks = []struct{ name, sentence string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"BSD-3-Clause", "neither the name of"},
	{"BSD-3-Clause", "the names of its contributors may not"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"OFL-1.1", "sil open font license"},
	{"WTFPL", "do what the fuck you want to"},
	{"Unlicense", "released into the public domain"},
	{"CC0-1.0", "cc0 1.0 universal"},
}

// kind names the licences that text holds, as SPDX identifiers, for people who
// read the list; the text itself is what counts.
func kind(text []byte) string {
	flat := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(string(text), ",", "")), " "))
	var found []string
	for _, m := range marks {
		if !strings.Contains(flat, strings.ReplaceAll(m.sentence, ",", "")) {
			continue
		}
		// BSD-3 contains BSD-2.
		if m.name == "BSD-2-Clause" && contains(found, "BSD-3-Clause") || contains(found, m.name) {
			continue
		}
		found = append(found, m.name)
	}
	if found == nil {
		return "see the text"
	}
	return strings.Join(found, ", ")
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
