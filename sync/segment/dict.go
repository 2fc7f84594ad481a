package segment

import (
	_ "embed" // the dictionary is data

	"github.com/klauspost/compress/zstd"
)

// dictV1 is what the compressor knows beforehand of how ops look; dict/train
// made it. It makes the batch of a single acceptance about 45 % smaller. A
// dictionary is never changed once data exists; a better one gets the next id.
//
//go:embed dict/v1.dict
var dictV1 []byte

// DictText is the text of the first dictionary: what ops have in common. Whoever packs
// ops for himself may use it; it never changes.
func DictText() ([]byte, error) {
	d, err := zstd.InspectDictionary(dictV1)
	if err != nil {
		return nil, err
	}
	return d.Content(), nil
}
