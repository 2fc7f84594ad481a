package password

import (
	"crypto/rand"
	"strings"
)

// alphabet is Crockford's base32: no I, L, O, U, so that nothing is misread on paper.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const phraseChars, phraseGroup = 20, 4

// Generate makes a passphrase of 100 random bits, "K7QF-2M9X-...": five groups of
// four characters, to be written down by hand.
func Generate() string {
	raw := make([]byte, phraseChars)
	rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = alphabet[b&31]
	}
	return group(string(raw))
}

// Canonical undoes what happens to a generated passphrase between paper and
// keyboard (case, dashes, blanks, O for 0, I or L for 1). Any other passphrase,
// one that a person made up, is given back as it is.
func Canonical(passphrase string) string {
	folded, err := fold(passphrase)
	if err != nil {
		return passphrase
	}
	s := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").
		Replace(strings.ToUpper(strings.TrimSpace(string(folded))))
	if len(s) != phraseChars || strings.Trim(s, alphabet) != "" {
		return passphrase
	}
	return group(s)
}

// group puts a dash after every four characters, as Generate does.
func group(s string) string {
	var parts []string
	for ; len(s) > phraseGroup; s = s[phraseGroup:] {
		parts = append(parts, s[:phraseGroup])
	}
	return strings.Join(append(parts, s), "-")
}

// Readable writes the first chars characters of data in the alphabet and the
// grouping of Generate: fingerprints that people read to each other. Five bits a
// character; data must have that many.
func Readable(data []byte, chars int) string {
	out := make([]byte, chars)
	for i := range out {
		bit := i * 5
		v := uint16(data[bit/8]) << 8
		if bit/8+1 < len(data) {
			v |= uint16(data[bit/8+1])
		}
		out[i] = alphabet[v>>(11-bit%8)&31]
	}
	return group(string(out))
}
