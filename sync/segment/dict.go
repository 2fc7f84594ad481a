package segment

import _ "embed" // the dictionary is data

// dictV1 is the compressor's shared history: text that ops begin with anyway.
// It makes a single case on a thin line a third smaller. A dictionary is never
// changed once data exists; a better one gets the next id.
//
//go:embed dict/v1.dict
var dictV1 []byte

const dictV1ID = 1
