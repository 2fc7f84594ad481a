// Package sdt is the byte protocol between a computer and the security module
// of a Chinese ID-card reader (the SAM, module interface GA/T 467): commands,
// status bytes and the frame around both. It does no input or output.
//
//	request: AA AA AA 96 69 | LEN (2, big-endian) | CMD PARA | DATA | XOR
//	answer : AA AA AA 96 69 | LEN (2, big-endian) | SW1 SW2 SW3 | DATA | XOR
//
// LEN counts the bytes after it, checksum included. XOR is taken over all bytes
// after the preamble, LEN included, checksum excluded.
package sdt

import "fmt"

// Command is CMD and PARA of a request as one big-endian number.
type Command uint16

// The commands of the module that we send or simulate.
const (
	Reset           Command = 0x10FF
	Status          Command = 0x11FF // answers without data: 90, 60 (self-test failed) or 66
	SAMID           Command = 0x12FF // 16 bytes
	Find            Command = 0x2001 // 9F and 4 bytes, or 80
	Select          Command = 0x2002 // 8 bytes
	Read            Command = 0x3001 // text length, photo length, text, photo
	ReadFingerprint Command = 0x3010 // the same with a fingerprint length and prints
	Address         Command = 0x3003 // 70 bytes, or 91 when no address was appended
	Baud115200      Command = 0x6000
	Baud57600       Command = 0x6001
	Baud38400       Command = 0x6002
	Baud19200       Command = 0x6003
	Baud9600        Command = 0x6004
	MaxRF           Command = 0x61FF // 1 byte: largest radio block
)

// Bauds are the line speeds of a module, the factory setting first; the index
// is the low byte of the command that selects the speed.
var Bauds = [...]int{115200, 57600, 38400, 19200, 9600}

// Status bytes (SW3).
const (
	OK             byte = 0x90
	Found          byte = 0x9F
	BadChecksum    byte = 0x10 // the module received a damaged request
	BadLength      byte = 0x11
	BadCommand     byte = 0x21
	UnknownError   byte = 0x24
	AuthCard       byte = 0x31
	AuthReader     byte = 0x32
	AuthInfo       byte = 0x33
	WrongCard      byte = 0x40
	ReadFailed     byte = 0x41
	RandomFailed   byte = 0x47
	SelfTestFailed byte = 0x60
	NotAuthorised  byte = 0x66
	NoCard         byte = 0x80 // also: the card was not lifted after a read
	SelectFailed   byte = 0x81
	NoAddress      byte = 0x91
)

// Answer is what the module said. SW1 and SW2 are the card's own status and
// usually zero; SW3 decides.
type Answer struct {
	SW1, SW2, SW3 byte
	Data          []byte
}

// ParseAnswer splits the payload of an answer frame; it fails below 3 bytes.
func ParseAnswer(payload []byte) (Answer, error) {
	if len(payload) < 3 {
		return Answer{}, fmt.Errorf("sdt: answer of %d bytes", len(payload))
	}
	return Answer{payload[0], payload[1], payload[2], payload[3:]}, nil
}

// ParseRequest splits the payload of a request frame; it fails below 2 bytes.
func ParseRequest(payload []byte) (Command, []byte, error) {
	if len(payload) < 2 {
		return 0, nil, fmt.Errorf("sdt: request of %d bytes", len(payload))
	}
	return Command(payload[0])<<8 | Command(payload[1]), payload[2:], nil
}

// EncodeRequest builds the frame of a command.
func EncodeRequest(c Command, data ...byte) []byte {
	return Encode(append([]byte{byte(c >> 8), byte(c)}, data...))
}

// EncodeAnswer builds the frame of an answer with SW1 and SW2 zero.
func EncodeAnswer(sw3 byte, data []byte) []byte {
	return Encode(append([]byte{0, 0, sw3}, data...))
}

// FormatSAMID renders the 16 bytes of a SAM id as vendors print it, such as
// 05.03-20091105-0001234567-0987654321. Other lengths give "".
func FormatSAMID(d []byte) string {
	if len(d) != 16 {
		return ""
	}
	le := func(i int) uint32 {
		return uint32(d[i]) | uint32(d[i+1])<<8 | uint32(d[i+2])<<16 | uint32(d[i+3])<<24
	}
	return fmt.Sprintf("%02d.%02d-%08d-%010d-%010d", d[0], d[2], le(4), le(8), le(12))
}
