package station

import (
	"errors"
	"os"
	"syscall"

	"onedoor/app/counter"
	"onedoor/internal/keyring"
	"onedoor/sync/bepnode"
	"onedoor/sync/roster"
)

// fileError tells of a file that could not be read or written.
func fileError(doing string, err error) error {
	e := counter.E(counter.CodeFailed, doing+"失败", "a file could not be read or written").Because(err)
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.Code = counter.CodeNotFound
		return e.Hint("核对文件名和路径", "check the name and the path")
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return e.Hint("检查文件夹权限", "check the folder's permissions")
	case errors.Is(err, syscall.ENOSPC):
		return e.Hint("磁盘已满,请清理后再试", "the disk is full; free some space")
	}
	return e
}

// keyError tells why the device's key does not open.
func keyError(err error) error {
	locked := func(zh, en, hintZh, hintEn string) error {
		return counter.E(counter.CodeLocked, zh, en).Hint(hintZh, hintEn).Because(err)
	}
	switch keyring.CodeOf(err) {
	case keyring.CodeMissing:
		return locked("找不到本机密钥,数据打不开", "this device's key is not here, the data does not open",
			"这个目录可能是拷贝来的;请在原来的电脑上使用,或设置 ONEDOOR_KEYDIR 指向本机密钥文件夹", "the home may be a copy; use it on its own PC, or point ONEDOOR_KEYDIR at its key folder")
	case keyring.CodePassphraseNeeded:
		return locked("本机密钥有口令保护", "this device's key is protected by a passphrase", "请设置 ONEDOOR_PASSPHRASE", "set ONEDOOR_PASSPHRASE")
	case keyring.CodeWrongPassphrase:
		return locked("密钥口令不对", "the key's passphrase is wrong", "核对 ONEDOOR_PASSPHRASE", "check ONEDOOR_PASSPHRASE")
	case keyring.CodeBelowHome:
		return counter.E(counter.CodeInvalid, "密钥文件夹不能放在数据目录里面", "the key folder must not lie in the home").
			Hint("把 ONEDOOR_KEYDIR 设到数据目录以外", "point ONEDOOR_KEYDIR elsewhere").Because(err)
	case keyring.CodeNewer:
		return counter.E(counter.CodeFailed, "密钥文件是更新版本的程序写的", "the key file was written by a newer program").Hint("请升级程序", "upgrade the program").Because(err)
	case keyring.CodeDamaged, keyring.CodeMarkDamaged:
		return counter.E(counter.CodeIntegrity, "密钥文件夹中的文件已损坏", "a file of the key folder is damaged").
			Hint("从密钥备份恢复;没有备份时请联系区级重新开通", "restore it from the key backup, or ask the district to enrol this PC again").Because(err)
	case keyring.CodeExists:
		return counter.E(counter.CodeInvalid, "密钥已存在,没有改动", "a key of this name exists already").Because(err)
	}
	return counter.E(counter.CodeFailed, "密钥文件夹不能使用", "the key folder cannot be used").
		Hint("检查 ONEDOOR_KEYDIR 和它的权限", "check ONEDOOR_KEYDIR and its permissions").Because(err)
}

func keyWarning(w keyring.Warning) *counter.Error {
	if w == keyring.WarnOpenPermissions {
		return counter.E("key_open", "本机其他用户可以读到密钥文件", "other users of this PC can read the key file").
			Hint("把密钥文件权限改为仅本人可读(600)", "chmod 600 the key file")
	}
	return counter.E("key_plain", "本机密钥没有口令保护,只靠文件权限", "this device's key is protected by file permissions only").
		Hint("可设置 ONEDOOR_PASSPHRASE 后重新初始化", "set ONEDOOR_PASSPHRASE when setting up")
}

// rosterError tells what is wrong with an enrolment file.
func rosterError(err error) error {
	say := func(code counter.Code, zh, en, hintZh, hintEn string) error {
		return counter.E(code, zh, en).Hint(hintZh, hintEn).Because(err)
	}
	file := new(roster.Error)
	errors.As(err, &file)
	switch file.Code {
	case roster.CodeWrongFile:
		switch file.What {
		case "recovery kit":
			return say(counter.CodeInvalid, "这不是恢复包", "this is not a recovery kit", "核对 --recovery(恢复包)和 --keys(密钥备份)有没有写反", "check that --recovery (the kit) and --keys (the backup) are not swapped")
		case "keys":
			return say(counter.CodeInvalid, "这不是密钥备份", "this is not a backup of keys", "核对 --recovery(恢复包)和 --keys(密钥备份)有没有写反", "check that --recovery (the kit) and --keys (the backup) are not swapped")
		case "request":
			return say(counter.CodeInvalid, "这不是入网申请", "this is not a request to join", "要用窗口运行 onedoor init 写出的文件", "take the file that onedoor init wrote at the counter")
		}
		return say(counter.CodeInvalid, "这不是需要的入网凭证", "this is not the grant that is needed", "要用区里批准以后发回的入网凭证文件", "take the grant file that the district sent back")
	case roster.CodeNewer:
		return say(counter.CodeFailed, "文件是更新版本的程序生成的", "the file was made by a newer program", "请升级程序", "upgrade the program")
	case roster.CodeAltered, roster.CodeUntrusted:
		return say(counter.CodeIntegrity, "文件被改动过或签名不符", "the file was altered or its signature does not hold", "请对方重新发送文件", "have the file sent again")
	case roster.CodeOtherRealm:
		return say(counter.CodeDenied, "这是另一个区的文件", "the file belongs to another district", "核对是哪个区级枢纽发的", "check which district sent it")
	case roster.CodeWrongDevice:
		return say(counter.CodeDenied, "这个入网凭证是给另一台电脑的", "this grant is for another PC", "找出本机申请对应的入网凭证", "find the grant made for this PC's request")
	case roster.CodePassphrase:
		return say(counter.CodeLocked, "口令不对或没有给出", "the passphrase is wrong or missing", "核对 ONEDOOR_RECOVERY_PASSPHRASE", "check ONEDOOR_RECOVERY_PASSPHRASE")
	}
	if file.Field == "addresses" {
		return say(counter.CodeInvalid, "枢纽的地址写得不对", "the hub's address is not valid", "写成 tcp://地址:端口,例如 tcp://hub.example.cn:22800", "write tcp://host:port, such as tcp://hub.example.org:22800")
	}
	return say(counter.CodeInvalid, "开通资料不符合要求", "the enrolment data is not valid", "核对区划代码(与层级相符)、窗口编号(两位数字)和名称", "check division, counter number and name")
}

// linkError tells why a sync did not happen.
func linkError(err error) error {
	say := func(code counter.Code, zh, en, hintZh, hintEn string) error {
		return counter.E(code, zh, en).Hint(hintZh, hintEn).Because(err)
	}
	switch bepnode.CodeOf(err) {
	case bepnode.CodeUntrusted:
		return say(counter.CodeDenied, "对方不是本区的中心", "the other side is not of this district", "核对中心地址", "check the hub's address")
	case bepnode.CodeRefused:
		return say(counter.CodeDenied, "区级枢纽没有接受本机", "the hub did not accept this device", "本机可能已被停用;请联系区级管理员", "this device may have been revoked; ask the district")
	case bepnode.CodeTimeout:
		return say(counter.CodeFailed, "同步超时,已传的不会重传", "the sync timed out; what arrived need not be sent again", "线路恢复后再同步一次", "sync again when the link is better")
	case bepnode.CodeNothingShared:
		return say(counter.CodeDenied, "与对方没有共同的数据范围", "nothing is shared with the other side", "请区级核对本机的开通情况", "ask the district to check this device's enrolment")
	case bepnode.CodeProtocol:
		return say(counter.CodeFailed, "对方的应答不符合协议", "the other side does not follow the protocol", "核对地址和对方的程序版本", "check the address and the other side's version")
	}
	return say(counter.CodeFailed, "连不上区级枢纽,数据都在本机,不会丢失", "the hub cannot be reached; everything is safe on this PC",
		"检查网线和地址;没有网络时可以继续办件", "check the link and the address; go on working meanwhile")
}
