package station

import "golang.org/x/sys/windows"

// DiskRoom tells of the disk on which a path lies.
func DiskRoom(path string) (Room, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Room{}, err
	}
	var free, total uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, &total, nil); err != nil {
		return Room{}, err
	}
	return Room{Free: int64(free), Total: int64(total)}, nil
}
