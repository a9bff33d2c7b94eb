// What llama.cpp does before its first product on AMX (ggml-cpu/amx/mmq.cpp): a tile configuration
// is written and loaded. GCC before 12.4 and 13.3 takes the operand of _tile_loadconfig for eight
// bytes and drops the stores to the rest, after which tilezero is an invalid instruction.
// Ends with status 0 where the stores are there and, on a processor with AMX, the product is right.
//
//   -DLOOK_ONLY   needs no AMX: ldtilecfg becomes a copy of what memory holds at that moment.
//                 Wants -ffixed-r10 -ffixed-r11, so that the copy disturbs nothing.

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#ifdef LOOK_ONLY
#define SEEN_SYMBOL "shrinkscope_seen"
alignas(64) volatile uint8_t seen[64] __asm__(SEEN_SYMBOL) = {0xff};
__asm__(
    ".macro ldtilecfg operand:vararg\n"
    "    leaq \\operand, %r10\n"
    "    .irp at, 0, 8, 16, 24, 32, 40, 48, 56\n"
    "    movq \\at(%r10), %r11\n"
    "    movq %r11, " SEEN_SYMBOL "+\\at(%rip)\n"
    "    .endr\n"
    ".endm\n");
#else
#include <sys/syscall.h>
#include <unistd.h>
#endif

struct tile_config_t {
    uint8_t palette_id = 0;
    uint8_t start_row = 0;
    uint8_t reserved_0[14] = {0};
    uint16_t colsb[16] = {0};
    uint8_t rows[16] = {0};
};

static const uint8_t ROWS[8] = {8, 8, 16, 16, 16, 16, 16, 16};
static const uint8_t COLUMN_BYTES[8] = {64, 64, 32, 32, 64, 64, 64, 64};

// Not into main: in the midst of loops GCC does not look far enough to drop anything.
__attribute__((noinline)) static void load_config(void) {
    static thread_local bool done = false;
    if (done) return;
    alignas(64) tile_config_t tc = {};
    tc.palette_id = 1;
    tc.start_row = 0;
    tc.rows[0] = 8;   tc.colsb[0] = 64;
    tc.rows[1] = 8;   tc.colsb[1] = 64;
    tc.rows[2] = 16;  tc.colsb[2] = 32;
    tc.rows[3] = 16;  tc.colsb[3] = 32;
    tc.rows[4] = 16;  tc.colsb[4] = 64;
    tc.rows[5] = 16;  tc.colsb[5] = 64;
    tc.rows[6] = 16;  tc.colsb[6] = 64;
    tc.rows[7] = 16;  tc.colsb[7] = 64;
    _tile_loadconfig(&tc);
    done = true;
}

#ifdef LOOK_ONLY

int main(void) {
    load_config();
    if (seen[0] != 1) return 1;
    for (int i = 0; i < 8; i++) {
        if (seen[16 + 2 * i] != COLUMN_BYTES[i] || seen[48 + i] != ROWS[i]) return 1;
    }
    return 0;
}

#else

int main(void) {
    const int ASK_FOR_TILES = 0x1023, TILE_DATA = 18;  // arch_prctl(ARCH_REQ_XCOMP_PERM, …)
    if (syscall(SYS_arch_prctl, ASK_FOR_TILES, TILE_DATA) != 0) return 2;
    load_config();

    // One product as the kernels make it: A is 16 x 32, B 32 x 16 in groups of four.
    alignas(64) static int8_t a[16 * 32], b[8 * 64];
    alignas(64) static int32_t c[16 * 16];
    for (int i = 0; i < 16 * 32; i++) a[i] = (int8_t)(i * 7 % 61 - 30);
    for (int i = 0; i < 8 * 64; i++) b[i] = (int8_t)(i * 5 % 53 - 26);
    memset(c, 0x55, sizeof c);
    _tile_zero(4);
    _tile_loadd(0, b, 64);
    _tile_loadd(2, a, 32);
    _tile_dpbssd(4, 2, 0);
    _tile_stored(4, c, 64);
    _tile_release();
    for (int m = 0; m < 16; m++) {
        for (int n = 0; n < 16; n++) {
            int32_t sum = 0;
            for (int k = 0; k < 32; k++) sum += a[m * 32 + k] * b[k / 4 * 64 + n * 4 + k % 4];
            if (c[m * 16 + n] != sum) return 1;
        }
    }
    return 0;
}

#endif
