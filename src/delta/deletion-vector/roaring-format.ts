/** PROTOCOL.md, Deletion Vector Format: the magic number before a bitmap in Roaring's portable 64-bit format. */
export const PORTABLE = 1681511377
/** Cookies of 32-bit bitmaps without and with containers of runs (RoaringFormatSpec). */
export const NO_RUNS = 12346
export const WITH_RUNS = 12347
/** Containers up to this many values are sorted arrays, larger ones bits. */
export const ARRAY_LIMIT = 4096
/** Bytes of a container of bits. */
export const BITS_SIZE = 8192
/** Bitmaps with runs list the places of their containers only from this many on. */
export const OFFSETS_FROM = 4
