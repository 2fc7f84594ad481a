/* A photo decoder of our own with the interface of WltRs, for the tests: GetBmp
 * reads photo.wlt and writes photo.bmp beside it. It decodes nothing; the picture's
 * first row repeats the photo's bytes, so that a test sees whose photo it got.
 * CRASH, HANG, REFUSE and SMALL make it misbehave. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 102
#define HEIGHT 126
#define ROW ((WIDTH * 3 + 3) / 4 * 4)

static void put32(unsigned char *p, unsigned v) {
	p[0] = v;
	p[1] = v >> 8;
	p[2] = v >> 16;
	p[3] = v >> 24;
}

int GetBmp(char *name, int intf) {
	static unsigned char photo[1024], bmp[54 + ROW * HEIGHT];
	char out[256];
	FILE *f;
	printf("a decoder that talks\n");
	fflush(stdout);
#ifdef CRASH
	*(volatile int *)0 = 1;
#endif
#ifdef HANG
	for (;;)
		sleep(1000);
#endif
#ifdef REFUSE
	return -1;
#endif
	f = fopen(name, "rb");
	if (!f || intf != 2)
		return -1;
	fread(photo, 1, sizeof photo, f);
	fclose(f);
	bmp[0] = 'B';
	bmp[1] = 'M';
	put32(bmp + 2, sizeof bmp);
	put32(bmp + 10, 54);
	put32(bmp + 14, 40);
#ifdef SMALL
	put32(bmp + 18, 1);
#else
	put32(bmp + 18, WIDTH);
#endif
	put32(bmp + 22, HEIGHT);
	bmp[26] = 1;
	bmp[28] = 24;
	memcpy(bmp + 54 + ROW * (HEIGHT - 1), photo, WIDTH * 3); /* rows run upwards */
	strcpy(out, name);
	strcpy(strrchr(out, '.'), ".bmp");
	f = fopen(out, "wb");
	if (!f)
		return -1;
	fwrite(bmp, 1, sizeof bmp, f);
	fclose(f);
	return 1;
}
