/* Forgets the type that each_int.h, each_float.h and each_complex.h set for a template. */
#undef D
#undef T
#undef U
#undef W
#undef S
#undef BITS
#undef F
#undef K
#undef P
