package wording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// maxFile bounds a description; the longest has some ten kilobytes.
const maxFile = 1 << 20

// Decode reads one file: one JSON object with known names only, each once. A
// misspelt name would otherwise drop a sentence from a legal paper unnoticed.
func Decode(data []byte) (*Page, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	if err := noDoubles(json.NewDecoder(bytes.NewReader(data)), 0); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var p Page
	if err := dec.Decode(&p); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the end")
	}
	if p.Format != Format {
		return nil, fmt.Errorf("format %d, this program reads %d", p.Format, Format)
	}
	return &p, frame(&p)
}

// DecodeFacts reads the facts of a document from a file, strictly.
func DecodeFacts(data []byte) (Facts, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	if err := noDoubles(json.NewDecoder(bytes.NewReader(data)), 0); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var f Facts
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the end")
	}
	if f == nil {
		return nil, fmt.Errorf("want an object")
	}
	return f, nil
}

// maxDepth is far above any description's nesting.
const maxDepth = 20

// noDoubles refuses a name that occurs twice in one object: nobody could say
// which of the two was meant.
func noDoubles(dec *json.Decoder, depth int) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth > maxDepth {
		return fmt.Errorf("nested too deep")
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			key, _ := name.(string)
			if seen[key] {
				return fmt.Errorf("name %q twice", key)
			}
			seen[key] = true
		}
		if err := noDoubles(dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}
