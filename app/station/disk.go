package station

// Room is how full a disk is, in bytes. Free is what an ordinary user may still write.
type Room struct{ Free, Total int64 }
