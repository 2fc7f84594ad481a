package pinyin

import "strings"

// surnames are those whose reading as a surname is not the first one of the
// dictionary, or is not in it at all.
var surnames = table(`
区 ou  单 shan  仇 qiu  查 zha  解 xie  曾 zeng  朴 piao  盖 ge  冼 xian  尉 wei  任 ren  华 hua  纪 ji  宁 ning
缪 miao  乐 yue  覃 qin  翟 zhai  折 she  黑 he  洗 xian  那 na  召 shao  种 chong  秘 bi  员 yun  郇 xun  祭 zhai
逄 pang  晁 chao  繁 po  都 du  令 ling  隗 wei  牟 mu  哈 ha  葛 ge  钭 tou  佴 nai  幺 yao  车 che  教 jiao
贾 jia  谌 chen  燕 yan  应 ying  相 xiang  卜 bu  柏 bai  长 chang  沈 shen  石 shi  谷 gu  薄 bo  尹 yin  褚 chu
卓 zhuo  邵 shao  阚 kan  訾 zi  阙 que  厘 li  过 guo  能 nai  行 xing  万 wan  俞 yu  于 yu  余 yu  参 shen  莘 shen
宿 su  句 gou  适 kuo  乜 nie  冯 feng  颉 xie  撒 sa  吐 tu  重 chong  大 da  不 fou  难 ning  亓 qi  郗 xi  眭 sui  娄 lou
`)

// compounds are two-character surnames with a reading of their own.
var compounds = table(`
尉迟 yu-chi  万俟 mo-qi  长孙 zhang-sun  单于 chan-yu  澹台 tan-tai  夏侯 xia-hou  令狐 ling-hu  宇文 yu-wen
慕容 mu-rong  司徒 si-tu  欧阳 ou-yang  上官 shang-guan  诸葛 zhu-ge  皇甫 huang-fu  呼延 hu-yan  东方 dong-fang
南宫 nan-gong  公孙 gong-sun  闻人 wen-ren  申屠 shen-tu  公冶 gong-ye  宗政 zong-zheng  濮阳 pu-yang  淳于 chun-yu
太叔 tai-shu  轩辕 xuan-yuan  钟离 zhong-li  鲜于 xian-yu  闾丘 lv-qiu  亓官 qi-guan  司寇 si-kou  子车 zi-ju
颛孙 zhuan-sun  端木 duan-mu  巫马 wu-ma  公西 gong-xi  漆雕 qi-diao  乐正 yue-zheng  壤驷 rang-si  拓跋 tuo-ba
夹谷 jia-gu  宰父 zai-fu  谷梁 gu-liang  百里 bai-li  东郭 dong-guo  南门 nan-men  羊舌 yang-she  第五 di-wu
司马 si-ma  赫连 he-lian  独孤 du-gu  西门 xi-men  左丘 zuo-qiu  梁丘 liang-qiu  哥舒 ge-shu  可频 ke-pin
`)

func table(text string) map[string][]string {
	words := strings.Fields(text)
	m := make(map[string][]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		m[words[i]] = strings.Split(words[i+1], "-")
	}
	return m
}

// surnameReadings gives the readings of the leading characters of a name that
// are its surname, where the table has it.
func surnameReadings(name string) []string {
	r := []rune(name)
	if len(r) > 2 {
		if s, ok := compounds[string(r[:2])]; ok {
			return s
		}
	}
	if len(r) > 1 {
		return surnames[string(r[:1])]
	}
	return nil
}
