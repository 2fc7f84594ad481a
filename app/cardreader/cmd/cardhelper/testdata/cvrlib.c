/* The second family: finding and selecting are one, the text comes in strings. */
#include <string.h>

static int opened, state, away;

static const unsigned short name[] = {0x674E, 0x4DAE, 0xD840, 0xDD64, 0}; /* a character beyond the basic plane */
static const unsigned short sex[] = {0x5973, 0};
static const unsigned short nation[] = {0x6C49, 0};
static const unsigned short birth[] = {'1', '9', '5', '2', 0x5E74, '0', '2', 0x6708, '2', '9', 0x65E5, 0};
static const unsigned short address[] = {0x6D4B, 0x8BD5, 0x8DEF, 0};
static const unsigned short number[] = {'4', '4', '0', '6', '0', '4', '1', '9', '5', '2', '0', '2', '2', '9', '0', '4', '2', '5', 0};
static const unsigned short office[] = {0x6D4B, 0x8BD5, 0x5C40, 0};
static const unsigned short from[] = {'2', '0', '0', '8', '.', '0', '1', '.', '0', '1', 0};
static const unsigned short to[] = {0x957F, 0x671F, 0};

#define GETTER(fn, value) \
	int fn(char *out, int *len) { memcpy(out, value, sizeof value); *len = sizeof value; return 1; }
GETTER(GetPeopleNameU, name)
GETTER(GetPeopleSexU, sex)
GETTER(GetPeopleNationU, nation)
GETTER(GetPeopleBirthdayU, birth)
GETTER(GetPeopleAddressU, address)
GETTER(GetPeopleIDCodeU, number)
GETTER(GetDepartmentU, office)
GETTER(GetStartDateU, from)
GETTER(GetEndDateU, to)

int CVR_InitComm(int port) { return opened = port == 1001; }
int CVR_CloseComm(void) { opened = 0; return 1; }
int CVR_GetSAMID(char *out) { strcpy(out, "05.03-20091105-0001234567-0987654321"); return 1; }

int CVR_Authenticate(void) {
	if (!opened)
		return 0;
	if (state == 2) {
		if (away-- > 0)
			return 2;
	}
	state = 1;
	return 1;
}

int CVR_Read_Content(int active) {
	if (state != 1)
		return 0;
	state = 2;
	away = 5;
	return 1;
}
