//go:build !windows

package libfile

func resource(string) string { return "" }
