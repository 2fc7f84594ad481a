//go:build unix

package station

import "syscall"

// DiskRoom tells of the disk on which a path lies.
func DiskRoom(path string) (Room, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return Room{}, err
	}
	size := int64(st.Bsize)
	return Room{Free: int64(st.Bavail) * size, Total: int64(st.Blocks) * size}, nil
}
