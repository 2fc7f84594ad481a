/* A card library of our own with the interface of libsdtapi, for the tests.
 * CARD_INC is a file with the bytes of a card: "static const unsigned char
 * text[256] = {...}, photo[1024] = {...};". SLOW, HANG, CRASH and ONCE make it
 * misbehave; MARK is a file that tells that it has crashed once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include CARD_INC

static int opened, state, away; /* state: 0 idle, 1 found, 2 selected, 3 read */

static void misbehave(int at_read) {
#ifdef SLOW
	sleep(1);
#endif
	if (!at_read)
		return;
#ifdef HANG
	for (;;)
		sleep(1000);
#endif
#ifdef CRASH
	*(volatile int *)0 = 1;
#endif
#ifdef ONCE
	if (access(MARK, F_OK) != 0) {
		FILE *f = fopen(MARK, "w");
		if (f)
			fclose(f);
		*(volatile int *)0 = 1;
	}
#endif
}

int SDT_OpenPort(int port) {
	printf("a library that talks\n{\"id\":1,\"status\":144}\n");
	fflush(stdout);
	opened = port == 1001;
	return opened ? 0x90 : 1;
}

int SDT_ClosePort(int port) {
	opened = 0;
	return 0x90;
}

int SDT_GetSAMStatus(int port, int open) {
	misbehave(0);
	return opened ? 0x90 : 5;
}

int SDT_GetSAMIDToStr(int port, char *out, int open) {
	misbehave(0);
	strcpy(out, "05.03-20091105-0001234567-0987654321");
	return 0x90;
}

int SDT_StartFindIDCard(int port, unsigned char *iin, int open) {
	misbehave(0);
	if (state == 3) {
		if (away-- > 0)
			return 0x80;
		state = 0;
	}
	memset(iin, 0, 4);
	state = 1;
	return 0x9F;
}

int SDT_SelectIDCard(int port, unsigned char *sn, int open) {
	misbehave(0);
	if (state != 1)
		return 0x81;
	memset(sn, 0, 8);
	state = 2;
	return 0x90;
}

int SDT_ReadBaseMsg(int port, unsigned char *ch, unsigned int *chlen, unsigned char *ph, unsigned int *phlen, int open) {
	FILE *f;
	if (state != 2)
		return 0x41;
	f = fopen("wz.txt", "w"); /* some libraries leave such files */
	if (f) {
		fwrite(text, 1, sizeof text, f);
		fclose(f);
	}
	misbehave(1);
	memcpy(ch, text, *chlen = sizeof text);
	memcpy(ph, photo, *phlen = sizeof photo);
	state = 3;
	away = 5; /* finds until the card was lifted and placed again */
	return 0x90;
}

int SDT_ReadNewAppMsg(int port, unsigned char *app, unsigned int *len, int open) {
	misbehave(0);
	return 0x91;
}
