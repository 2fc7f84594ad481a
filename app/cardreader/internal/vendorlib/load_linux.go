package vendorlib

import "github.com/ebitengine/purego"

type shared uintptr

func load(path string) (binary, error) {
	h, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	return shared(h), err
}

func (s shared) find(name string) (uintptr, bool) {
	fn, err := purego.Dlsym(uintptr(s), name)
	return fn, err == nil && fn != 0
}

func (s shared) call(fn uintptr, args ...uintptr) uintptr {
	r, _, _ := purego.SyscallN(fn, args...)
	return r
}
