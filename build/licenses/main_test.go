package main

import "testing"

func TestKind(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software": "MIT",
		"Apache License\n   Version 2.0, January 2004":                                                   "Apache-2.0",
		"Redistributions in binary form must reproduce\n * Neither the name of Google":                   "BSD-3-Clause",
		"Redistributions in binary form must reproduce the above":                                        "BSD-2-Clause",
		"Mozilla Public License Version 2.0":                                                             "MPL-2.0",
		"all rights reserved":                                                                            "see the text",
	} {
		if got := kind([]byte(text)); got != want {
			t.Errorf("%.40q is %s, want %s", text, got, want)
		}
	}
}

func TestIsLicence(t *testing.T) {
	for name, want := range map[string]bool{
		"LICENSE": true, "license.txt": true, "LICENCE.md": true, "LICENSE-3RD-PARTY.md": true, "OFL.txt": true, "noto.license": true,
		"license.go": false, "notice_test.go": false, "licenses": false, "main.go": false, "offline.txt": false,
	} {
		if isLicence(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
