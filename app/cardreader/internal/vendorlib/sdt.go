package vendorlib

import (
	"bytes"
	"strconv"
	"strings"

	"onedoor/app/cardreader/internal/helper"
	"onedoor/app/cardreader/sdt"
)

// sdtLibrary calls the SDT_ functions. They return the module's status byte, or
// a number below 10 for a fault of their own.
type sdtLibrary struct {
	*library
	port uintptr
}

func (l *sdtLibrary) open(port int) bool {
	l.port = uintptr(port)
	r, _ := l.do("SDT_OpenPort", l.port)
	return r == int32(sdt.OK)
}

func (l *sdtLibrary) Close() { l.do("SDT_ClosePort", l.port) }

const noOpen = 0 // iIfOpen: the port is open

func (l *sdtLibrary) Do(cmd sdt.Command) helper.Answer {
	defer l.wipe()
	switch cmd {
	case sdt.Status:
		return l.answer(0, "SDT_GetSAMStatus", l.port, noOpen)
	case sdt.SAMID:
		return l.identity()
	case sdt.Find:
		return l.answer(4, "SDT_StartFindIDCard", l.port, l.bufA(), noOpen)
	case sdt.Select:
		return l.answer(8, "SDT_SelectIDCard", l.port, l.bufA(), noOpen)
	case sdt.Read:
		return l.read()
	case sdt.Address:
		a := l.answer(0, "SDT_ReadNewAppMsg", l.port, l.bufA(), l.lenA(), noOpen)
		if a.Status == sdt.OK {
			// Some versions leave the length alone.
			if l.aLen == 0 {
				l.aLen = 70
			}
			a.Data = bytes.Clone(l.a[:min(l.aLen, 256)])
		}
		return a
	}
	return helper.Answer{Status: sdt.BadCommand}
}

// answer makes an answer of a call; on success the first n bytes of buffer a are
// its data.
func (l *sdtLibrary) answer(n int, name string, args ...uintptr) helper.Answer {
	r, missing := l.do(name, args...)
	switch {
	case missing:
		return helper.Answer{Status: sdt.BadCommand}
	case r == 2: // the library waited for the module in vain
		return helper.Answer{Silent: true}
	case r < 0x10 || r > 0xFF: // port lost, not open, or a fault of the library
		return helper.Answer{Gone: true}
	}
	a := helper.Answer{Status: byte(r)}
	if n > 0 && (a.Status == sdt.OK || a.Status == sdt.Found) {
		a.Data = bytes.Clone(l.a[:n])
	}
	return a
}

func (l *sdtLibrary) read() helper.Answer {
	a := l.answer(0, "SDT_ReadBaseMsg", l.port, l.bufA(), l.lenA(), l.bufB(), l.lenB(), noOpen)
	if a.Status != sdt.OK {
		return a
	}
	if l.aLen > 256 || l.bLen > 1024 {
		return helper.Answer{Status: sdt.ReadFailed}
	}
	a.Data = compose(l.a[:l.aLen], l.b[:l.bLen])
	return a
}

// compose is the data of a read answer.
func compose(text, photo []byte) []byte {
	d := []byte{byte(len(text) >> 8), byte(len(text)), byte(len(photo) >> 8), byte(len(photo))}
	return append(append(d, text...), photo...)
}

// identity turns the printed id back into the module's 16 bytes.
func (l *sdtLibrary) identity() helper.Answer {
	if _, ok := l.find("SDT_GetSAMID"); ok {
		return l.answer(16, "SDT_GetSAMID", l.port, l.bufA(), noOpen)
	}
	a := l.answer(0, "SDT_GetSAMIDToStr", l.port, l.bufA(), noOpen)
	if a.Status != sdt.OK {
		return a
	}
	text, _, _ := strings.Cut(string(l.a[:64]), "\x00")
	if a.Data = parseSAMID(text); a.Data == nil {
		a.Status = sdt.UnknownError
	}
	return a
}

// parseSAMID reads 05.03-20091105-0001234567-0987654321; nil if it is none.
func parseSAMID(s string) []byte {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '-' })
	if len(parts) != 5 {
		return nil
	}
	d := make([]byte, 16)
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil
		}
		if i < 2 {
			d[2*i] = byte(n)
			continue
		}
		for j := range 4 {
			d[4*(i-1)+j] = byte(n >> (8 * j))
		}
	}
	return d
}
