package bepnode

import "google.golang.org/protobuf/encoding/protowire"

// Limits inside a message. A town's configuration has some hundred folders with
// two devices each; an index message of a stock daemon has up to 1,000 files.
const (
	maxFolders  = 1 << 16
	maxDevices  = 1 << 12 // of one folder
	maxFiles    = 10_000  // of one index message
	maxBlocks   = 1 << 13 // of one file
	maxCounters = 1 << 10 // of one version vector
	maxText     = 1 << 10 // a folder's or file's name, a reason
	maxSmall    = 64 << 10
	maxAsk      = 16 << 20 // bytes in one request: BEP's largest block
)

// field is one field of a protobuf message, not yet understood.
type field struct {
	num protowire.Number
	typ protowire.Type
	b   []byte // BytesType
	n   uint64 // VarintType
}

// eachField walks the top level of a message. Groups are refused: BEP has none,
// and they nest.
func eachField(b []byte, visit func(field) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return badFrame("damaged field")
		}
		b = b[n:]
		f := field{num: num, typ: typ}
		switch typ {
		case protowire.BytesType:
			f.b, n = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			f.n, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			_, n = protowire.ConsumeFixed32(b)
		case protowire.Fixed64Type:
			_, n = protowire.ConsumeFixed64(b)
		default:
			return badFrame("field of wire type %d", typ)
		}
		if n < 0 {
			return badFrame("damaged field %d", num)
		}
		b = b[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// eachChild visits the sub-messages with one number and bounds how many there are.
func eachChild(b []byte, num protowire.Number, limit int, visit func([]byte) error) error {
	count := 0
	return eachField(b, func(f field) error {
		if f.num != num || f.typ != protowire.BytesType {
			return nil
		}
		if count++; count > limit {
			return badFrame("more than %d of field %d", limit, num)
		}
		return visit(f.b)
	})
}

func checkMessage(kind int, b []byte) error {
	switch kind {
	case msgClusterConfig:
		return eachChild(b, 1, maxFolders, checkFolder)
	case msgIndex, msgIndexUpdate:
		if err := checkText(b, 1); err != nil {
			return err
		}
		return eachChild(b, 2, maxFiles, checkFile)
	case msgRequest:
		return checkRequest(b)
	case msgPing, msgClose, msgDownloadProgress:
		if len(b) > maxSmall {
			return badFrame("message of type %d with %d bytes", kind, len(b))
		}
	}
	return eachField(b, func(field) error { return nil })
}

func checkFolder(b []byte) error {
	if err := checkText(b, 1); err != nil {
		return err
	}
	return eachChild(b, 16, maxDevices, checkDevice)
}

// checkDevice wants an ID of exactly 32 bytes in every place where the library
// would turn one into an array: a missing one kills it as well.
func checkDevice(b []byte) error {
	seen := false
	err := eachField(b, func(f field) error {
		if f.num != 1 {
			return nil
		}
		if f.typ != protowire.BytesType || len(f.b) != 32 {
			return badFrame("device ID is not 32 bytes")
		}
		seen = true
		return nil
	})
	if err == nil && !seen {
		err = badFrame("device without an ID")
	}
	return err
}

func checkFile(b []byte) error {
	if err := checkText(b, 1); err != nil {
		return err
	}
	err := eachField(b, func(f field) error {
		switch {
		case f.num == 2 && f.typ == protowire.VarintType && f.n > 4:
			return badFrame("file of type %d", f.n) // FileInfo.String would panic
		case f.num == 9 && f.typ == protowire.BytesType:
			return eachChild(f.b, 1, maxCounters, noCheck)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return eachChild(b, 16, maxBlocks, noCheck)
}

func checkRequest(b []byte) error {
	if err := checkText(b, 2, 3); err != nil {
		return err
	}
	return eachField(b, func(f field) error {
		if f.num == 5 && f.typ == protowire.VarintType && f.n > maxAsk {
			return badFrame("request for %d bytes", int32(f.n)) // negative ones too
		}
		return nil
	})
}

// checkText bounds the strings with the given numbers.
func checkText(b []byte, nums ...protowire.Number) error {
	return eachField(b, func(f field) error {
		for _, num := range nums {
			if f.num == num && len(f.b) > maxText {
				return badFrame("text of %d bytes in field %d", len(f.b), num)
			}
		}
		return nil
	})
}

func noCheck([]byte) error { return nil }

// closeReason gives the reason in a Close message, cut to a bearable length.
func closeReason(b []byte) (reason string) {
	_ = eachField(b, func(f field) error {
		if f.num == 1 && f.typ == protowire.BytesType {
			reason = string(f.b[:min(len(f.b), maxText)])
		}
		return nil
	})
	return reason
}
